"""The Pythons that the project promises to run on, where this machine has them or `make test-pythons` fetched them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PLACE = "OCF_TEST_PYTHONS"
VERSIONS = re.findall(r"^PYTHONS = (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)[0].split()
AS_PYTHON3 = Path(__file__).with_name("as_python3")
ASK = "import sys; print(sys.base_prefix, *sys.version_info[:2])"


class Python(NamedTuple):
    """An interpreter with its standard library, and how its bytecode is marked."""

    prefix: Path
    program: Path
    tag: str


def python(version: str) -> Python:
    """The Python of that version; skips the test where there is none."""
    fetched = Path(os.environ.get(PLACE, "/nonexistent"), version, "bin", f"python{version}")
    program = str(fetched) if fetched.is_file() else shutil.which(f"python{version}") or ""
    try:
        # There may be a link that leads to a version which is not there.
        said = subprocess.run([program, "-I", "-c", ASK], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip(f"no Python {version} on this machine; make test-pythons fetches it")
    prefix, *numbers = said.split()
    assert ".".join(numbers) == version
    return Python(Path(prefix), Path(prefix, "bin", f"python{version}"), "cpython-" + "".join(numbers))
