"""The cluster's configuration as values, read from and written in the languages of its tools."""
