"""Runs an installed agent many times from one interpreter: a fork for each call spares the start-up.

`python3 -IS forks.py LIBRARY` reads a JSON list of [arguments, environment] from standard input and
writes a list of [exit code, standard output and error]; all bytes are written as Latin-1.
"""

import json
import os
import posix
import sys
import tempfile

library = sys.argv[1]
sys.path.insert(0, library)

import ocf_agents.main  # noqa: E402  # found on the path set above

# What most calls load is loaded once.
for module in (
    "agents.keystone", "ocf.context", "ocf.dispatch", "ocf.log", "ocf.clone", "kinds.own_process",
    "kinds.planning", "kinds.systemd_unit", "kinds.hosted", "system.host", "system.spawn", "system.systemd",
):  # fmt: skip
    __import__(f"ocf_agents.{module}")


def call(arguments: "list[str]", environment: "dict[str, str]") -> "tuple[int, str]":
    """Exit code and output of one call."""
    with tempfile.TemporaryFile() as file:
        pid = os.fork()
        if not pid:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            sys.argv[:] = arguments
            posix.environ.clear()
            posix.environ.update({k.encode("latin-1"): v.encode("latin-1") for k, v in environment.items()})
            ocf_agents.main.run()
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        file.seek(0)
        return code, file.read().decode("latin-1")


json.dump([call(*case) for case in json.load(sys.stdin)], sys.stdout)
