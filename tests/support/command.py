"""The operator's command, called as an operator does and, where many calls are made, without a process each."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from ocf_agents.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

CHECKOUT = Path(__file__).resolve().parents[2]
EXAMPLES = CHECKOUT / "docs/examples"


@dataclass
class Said:
    """How a call ended and what it wrote."""

    code: int
    out: str
    err: str


def begun(*words: object, environment: Optional[Mapping[str, str]] = None) -> subprocess.Popen[str]:
    """The command in a process of its own, which goes on."""
    return subprocess.Popen(
        [sys.executable, "-m", "ocf_agents.cli.main", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=CHECKOUT,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip


def typed(
    *words: object, stdin: str = "", environment: Optional[Mapping[str, str]] = None, timeout: float = 60
) -> Said:
    """The command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "ocf_agents.cli.main", *map(str, words)],
        input=stdin, capture_output=True, text=True, check=False, cwd=CHECKOUT, timeout=timeout,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)


# Before click 8.2 both outputs are one unless it is told otherwise; since then they never are.
RUNNER = CliRunner(**({"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}))


def called(*words: object, stdin: str = "") -> Said:
    """The command in this process."""
    done = RUNNER.invoke(main, [*map(str, words)], input=stdin)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Said(done.exit_code, done.stdout, done.stderr)
