"""A process beside a server: `receive`, `clone` or `donate`, and the file that holds its order.

It is run by its path, without the environment and the working directory of whoever starts it.
"""

import sys

sys.path[:0] = [__file__.rpartition("/ocf_agents/")[0]]

from ocf_agents.mysql.reseed.clone import Cloner  # noqa: E402  # found on the path set above
from ocf_agents.mysql.reseed.donor import donate  # noqa: E402  # found on the path set above
from ocf_agents.mysql.reseed.order import CLONE, DONATE, RECEIVE  # noqa: E402  # found on the path set above
from ocf_agents.mysql.reseed.receiver import Receiver, receive  # noqa: E402  # found on the path set above

if sys.argv[1] == DONATE:
    donate(sys.argv[2])
else:
    receive({RECEIVE: Receiver, CLONE: Cloner}[sys.argv[1]], sys.argv[2])
