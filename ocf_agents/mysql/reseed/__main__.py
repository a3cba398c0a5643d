"""A process beside a server: `receive` or `donate`, and the file that holds its order.

It is run by its path, without the environment and the working directory of whoever starts it.
"""

import sys

sys.path[:0] = [__file__.rpartition("/ocf_agents/")[0]]

from ocf_agents.mysql.reseed.donor import donate  # noqa: E402  # found on the path set above
from ocf_agents.mysql.reseed.receiver import receive  # noqa: E402  # found on the path set above

{"receive": receive, "donate": donate}[sys.argv[1]](sys.argv[2])
