"""Packages made once for all tests of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from made import make

BEGUN: dict[Path, Future[str]] = {}
"""The directory in which make offline makes what it makes, once that has begun."""


def pytest_collection_finish(session: pytest.Session) -> None:
    """It takes a minute, most of it the network's: other tests go on meanwhile, and these are the last."""
    if os.geteuid() or not any("offline" in getattr(item, "fixturenames", ()) for item in session.items):
        return
    directory = Path(tempfile.mkdtemp(prefix="ocf-agents-offline-"))
    pool = ThreadPoolExecutor(1)
    BEGUN[directory] = pool.submit(make, "offline", f"DIST={directory}", f"RPM={directory}/build")
    pool.shutdown(wait=False)


def pytest_sessionfinish() -> None:
    for directory, making in BEGUN.items():
        making.exception()
        shutil.rmtree(directory)


@pytest.fixture(scope="session")
def offline() -> Path:
    """The directory that make offline makes when nothing more is said."""
    if os.geteuid():
        pytest.skip("a network namespace takes root's rights")
    ((directory, making),) = BEGUN.items()
    making.result()
    return directory / "offline"


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
