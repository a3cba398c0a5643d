"""OCF resource agents for OpenStack and its database."""

__version__ = "0.1.0"
