"""How agents of one sort behave: own process, systemd unit, hosted elsewhere, WSGI, promotable."""
