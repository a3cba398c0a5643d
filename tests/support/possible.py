"""What a test needs of the machine; where that is not so, the test is skipped, and says why."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ocf_agents.lab import LabError, mariadb
from ocf_agents.lab.cloud.preparation import require_programs
from ocf_agents.lab.commands import require_root_and_tools

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Callable


def skip_unless(*requirements: Callable[[], None]) -> None:
    """Each of the requirements is met, none of which raised a LabError."""
    try:
        for requirement in requirements:
            requirement()
    except LabError as error:
        pytest.skip(str(error))


def skip_unless_lab() -> None:
    """A lab can be started here."""
    skip_unless(require_root_and_tools)


def skip_unless_lab_with_mariadb() -> None:
    """A lab can be started here, and the nodes have the server."""
    skip_unless_lab()
    if not Path(mariadb.SERVER).exists():
        pytest.skip("mariadbd: not installed; apt-get install mariadb-server")


def skip_unless_cloud(more: Mapping[str, str] | None = None) -> None:
    """`make test-cloud` runs the test, which takes minutes, and the cloud's packages and these are there."""
    if not os.environ.get("OCF_TEST_CLOUD"):
        pytest.skip("takes many minutes; make test-cloud runs it")
    skip_unless(require_root_and_tools, lambda: require_programs(more))
