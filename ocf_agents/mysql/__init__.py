"""Replication of MariaDB and MySQL: what was seen, what it means, who may lead, and how it is done."""
