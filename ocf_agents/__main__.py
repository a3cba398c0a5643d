"""`python3 -m ocf_agents NAME ACTION` does what the installed agent NAME does."""

import sys

from .main import run

sys.argv[:] = sys.argv[1:] or ["ocf_agents"]
run()
