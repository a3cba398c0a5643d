"""Packages made once for all tests of them."""

from __future__ import annotations

import os
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
    directory = tmp_path_factory.mktemp("rpms")
    make("rpm", f"DIST={directory}", f"RPM={directory}/build")
    return directory
