"""A process that sleeps until a service's main process ends, and then becomes the agent's monitor.

It is run by its path, with the agent's environment: it is told where the resource has its files, and the
agent's path. Where the end was meant, the files no longer name the process, and it ends without a word.
"""

import sys
from posix import execv, pidfd_open
from select import poll

if __name__ == "__main__":
    sys.path[:0] = [__file__.rpartition("/ocf_agents/")[0]]

from ocf_agents.system.plan import RECORD, VIGIL  # found on the path set above
from ocf_agents.system.pulse import STARTED, fields, read, recorded  # found on the path set above


def keep(files: str, agent: str) -> None:
    """The process on record has ended; unless that was meant, the agent looks at what is left of it."""
    name = read(files + VIGIL)
    pid, started = recorded(name) or (0, 0)
    try:
        end = poll()
        end.register(pidfd_open(pid))
        words = fields(read(f"/proc/{pid}/stat") or b"")
        if words and int(words[STARTED]) == started:
            end.poll()
    except ProcessLookupError:
        pass  # it has ended before it could be waited for
    except (OSError, OverflowError):
        return  # this is no process
    if pid and name == read(files + VIGIL) == read(files + RECORD):
        execv(agent, (agent, "monitor"))


if __name__ == "__main__":
    keep(*sys.argv[1:])
