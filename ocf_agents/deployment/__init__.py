"""From a small file that describes a deployment to the whole configuration of its cluster."""
