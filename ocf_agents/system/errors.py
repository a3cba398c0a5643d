"""What the world answers when it cannot do what it is asked; dispatch makes exit codes of it."""

from __future__ import annotations


class Missing(Exception):
    """A program that is needed is not installed on this node."""


class Refused(Exception):
    """A program ran and did not do what it was asked."""
