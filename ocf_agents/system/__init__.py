"""The world: processes, sockets, HTTP, Keystone, systemd, cluster attributes."""
