"""Whether this node is ready for the services that the cluster may start here."""
