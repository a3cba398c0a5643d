"""The installed agent, once for all contract tests, and a resource of it for each of them."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of agents below a DESTDIR, the same one for all that run the tests side by side."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    root = shared / "root"
    # Of a make that runs the tests nothing is taken over, such as another PYTHON.
    environment = {"PATH": os.environ["PATH"]}
    with (shared / "root.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not root.exists():
            new = f"{root}.new"
            subprocess.run(
                ["make", "-s", "install", f"DESTDIR={new}"], cwd=CHECKOUT, env=environment, check=True
            )
            os.rename(new, root)
    return root / "usr/lib/ocf/resource.d/openstack"


@pytest.fixture
def resource(installed: Path, tmp_path: Path) -> Iterator[Resource]:
    """A stopped resource."""
    one = Resource(installed / "keystone", tmp_path)
    yield one
    one.clean()


@pytest.fixture
def running(resource: Resource) -> Resource:
    """A started one."""
    done = resource.call("start")
    assert done.code == 0, done.err
    return resource
