"""Packages made once for all tests of them."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from made import make

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def rpms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the packages of this checkout."""
    if os.geteuid():
        pytest.skip("packages are installed into a root of their own, which takes root's rights")
    if subprocess.run(["unshare", "--mount", "true"], check=False, stderr=subprocess.DEVNULL).returncode:
        pytest.skip("no mount namespace can be made: / is no mount point here, as in a chroot")
    directory = tmp_path_factory.mktemp("rpms")
    make("rpm", f"DIST={directory}", f"RPM={directory}/build")
    return directory
