"""The command as a shell starts it: each of its commands is there, and each shell completes it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support.command import CHECKOUT, typed

from ocf_agents.cli.completion import PROGRAM, SHELLS
from ocf_agents.cli.pages import commands

if TYPE_CHECKING:
    from pathlib import Path

PATHS = [command.path for command in commands()]
# Each shell is asked for what Tab would offer behind these words.
LINE = f"{PROGRAM} describe nova-nov"
ASK = {
    "bash": (
        "source {file}; complete -p {program} >&2; COMP_WORDS=({line}); COMP_CWORD=2; "
        '_ocf_agents_completion {program}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    ),
    # Without a terminal zsh completes nothing; what it is given to offer is shown in its place.
    "zsh": (
        "compdef() {{ : }}; _describe() {{ print -l ${{(P)3}} }}; source {file}; "
        "words=({line}); CURRENT=3; _ocf_agents_completion"
    ),
    "fish": "source {file}; complete --do-complete '{line}'",
}


@pytest.mark.long
@pytest.mark.parametrize("path", PATHS)
def test_every_command_starts_and_tells_how_it_is_used(path: str) -> None:
    said = typed(*path.split()[1:], "--help")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Usage: ")
    assert path.rsplit(maxsplit=1)[-1] in said.out.splitlines()[0]


@pytest.mark.long
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_the_name_of_an_agent(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed; apt-get install {shell}")
    program, file = tmp_path / PROGRAM, tmp_path / "completion"
    program.write_text(
        f"#!/bin/sh\nPYTHONPATH={CHECKOUT} exec {shlex.quote(sys.executable)} -m ocf_agents.cli.main\n"
    )
    program.chmod(0o755)
    file.write_text(typed("completion", shell).out)
    asked = ASK[shell].format(file=file, program=PROGRAM, line=LINE)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        [shell, "-c", asked], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^[a-z-]+", done.stdout, re.MULTILINE) == ["nova-novncproxy"], (
        done.stdout + done.stderr
    )
