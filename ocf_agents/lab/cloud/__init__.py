"""The controllers of a whole cloud in a lab: its databases, its users, its configuration."""
