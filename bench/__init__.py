"""What a monitor costs: beside the bare interpreter and the agents that everybody has."""
