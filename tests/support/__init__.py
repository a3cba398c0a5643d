"""What the tests share: a world in memory, a web of answers, and a stand-in for Keystone."""
