"""What is dangerous in a cluster's configuration, why, and the command that mends it."""
