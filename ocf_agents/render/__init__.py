"""Texts derived from an agent's class: nothing about an agent is written a second time."""
