"""The old and the new data: every step can be the last one before a power failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support.world import World

from ocf_agents.mysql.reseed.places import CARRY_ON, DISCARD, DONE, NOTHING, Places
from ocf_agents.system import trees
from ocf_agents.system.errors import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from ocf_agents.system.host import Account

DATA, LOGS, STAMP = "/var/lib/mysql", "/srv/logs/bin", "20261121-120000"
LOG_PATHS = (LOGS, f"{DATA}/relay/relay-bin")
CHANGES = ("move", "remove_tree", "make_directory", "write", "provide_directory", "remove")


class PowerFailure(Exception):
    """The node is off."""


class Frail(World):
    """A machine that loses its power before the nth change to its files."""

    def __init__(self) -> None:
        super().__init__()
        self.user("mysql", 100)
        self.directories |= {"/var", "/var/lib", "/srv", "/srv/logs", DATA}
        self.files |= {
            f"{DATA}/ibdata1": "old",
            f"{DATA}/relay/relay-bin.000001": "old",
            f"{LOGS}.000001": "old",
            f"{LOGS}.000002": "old",
            f"{LOGS}.index": "old",
            "/srv/logs/binary": "another's",
        }
        self.left = 1 << 30

    def provide_directory(self, path: str, account: Account) -> None:
        self.directories.add(path)

    def __getattribute__(self, name: str) -> object:
        found = super().__getattribute__(name)
        if name not in CHANGES:
            return found

        def change(*words: object) -> object:
            if self.left <= 0:
                raise PowerFailure(name)
            self.left -= 1
            return found(*words)

        return change


def rebuild(host: Frail) -> None:
    """The data are replaced."""
    places = Places(host, DATA, LOG_PATHS)
    account = host.users["mysql"]
    places.prepare(account)
    host.files[f"{places.new}/ibdata1"] = "new"
    places.swap(STAMP, account)
    places.tidy()


def old(host: Frail) -> bool:
    """Whether all is as it was, and nothing is left beside it."""
    fresh = Frail()
    return (host.files, host.directories) == (fresh.files, fresh.directories)


def new(host: Frail) -> bool:
    """Whether the data are the new ones, and the old ones are beside them, whole."""
    apart, logs = f"{DATA}.set-apart-{STAMP}", f"{LOGS}.set-apart-{STAMP}"
    files = {path: text for path, text in host.files.items() if not path.startswith("/proc")}
    return files == {
        f"{DATA}/ibdata1": "new",
        f"{apart}/ibdata1": "old",
        f"{apart}/relay/relay-bin.000001": "old",
        f"{logs}/bin.000001": "old",
        f"{logs}/bin.000002": "old",
        f"{logs}/bin.index": "old",
        "/srv/logs/binary": "another's",
    } and not host.exists(f"{DATA}.reseed")


def steps() -> int:
    """How many changes a whole rebuilding makes."""
    host = Frail()
    rebuild(host)
    assert new(host)
    return (1 << 30) - host.left


@pytest.mark.parametrize("second", [1, 2, 3, 1 << 30])
def test_after_a_power_failure_at_any_step_the_next_start_finds_the_old_data_or_makes_them_the_new(
    second: int,
) -> None:
    outcomes = []
    for first in range(steps()):
        host = Frail()
        host.left = first
        with pytest.raises(PowerFailure):
            rebuild(host)
        # The start that follows may lose its power as well, and so on.
        for left in (second, second, 1 << 30):
            host.left = left
            try:
                Places(host, DATA).tidy()
                break
            except PowerFailure:
                continue
        assert old(host) or new(host), f"step {first}: {host.files}"
        outcomes.append(new(host))
    assert outcomes == sorted(outcomes), "from one step on it is carried on, and never back"
    assert {*outcomes} == {True, False}


def test_a_directory_of_others_is_not_touched() -> None:
    host = Frail()
    host.files[f"{DATA}.reseed/precious"] = "x"
    host.directories.add(f"{DATA}.reseed")
    with pytest.raises(Refused, match="none of this agent's; move them away"):
        Places(host, DATA).tidy()
    assert host.files[f"{DATA}.reseed/precious"] == "x"


def test_data_that_somebody_made_in_the_middle_are_not_replaced() -> None:
    host = Frail()
    host.left = steps() - 2
    with pytest.raises(PowerFailure):
        rebuild(host)
    host.left = 1 << 30
    assert host.exists(f"{DATA}.set-apart-{STAMP}")
    host.directories.add(DATA)
    host.files[f"{DATA}/made"] = "by hand"
    with pytest.raises(FileExistsError):
        Places(host, DATA).tidy()
    assert host.files[f"{DATA}/made"] == "by hand"


def test_an_empty_data_directory_leaves_nothing_to_set_apart() -> None:
    host = Frail()
    host.remove_tree(DATA, "")
    host.directories.add(DATA)
    places = Places(host, DATA)
    places.prepare(host.users["mysql"])
    assert places.swap(STAMP, host.users["mysql"]) == ""
    assert places.apart() == []
    assert places.tidy() == DONE


def test_what_is_due_is_told() -> None:
    host = Frail()
    places = Places(host, DATA)
    assert places.tidy() == NOTHING
    places.prepare(host.users["mysql"])
    assert places.tidy() == DISCARD
    places.prepare(host.users["mysql"])
    host.files[places.mark] = f"swapping\n{STAMP}"
    assert places.tidy() == CARRY_ON


def test_real_directories_are_moved_measured_and_removed(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    (one / "inner").mkdir(parents=True)
    (one / "inner" / "file").write_bytes(b"x" * 100_000)
    (one / "mark").touch()
    (one / "link").symlink_to(tmp_path)
    trees.move(str(one), str(other))
    assert (other / "inner" / "file").exists()
    assert not one.exists()
    one.mkdir()
    with pytest.raises(FileExistsError):
        trees.move(str(one), str(other))
    assert 100_000 <= trees.size(str(other)) < 200_000
    assert trees.free(str(tmp_path)) > 0
    trees.remove(str(other), "mark")
    assert not other.exists()
    assert tmp_path.exists()
    assert trees.mounted("/proc")
    (tmp_path / "elsewhere").symlink_to(one)
    assert trees.mounted(str(tmp_path / "elsewhere")), "a link cannot be moved with what it leads to"
    assert not trees.mounted(str(one))
