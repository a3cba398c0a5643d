"""Man pages: one for each agent, and one for the command."""
