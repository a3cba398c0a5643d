"""The demonstration: a real Keystone and its database on two nodes survive their death and that of a node."""
