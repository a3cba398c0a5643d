"""The demonstration: a real Keystone on two nodes survives its own death and that of its node."""
