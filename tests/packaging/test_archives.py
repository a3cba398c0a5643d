"""What tests need of other distributions is taken as their archives signed it, with all that it needs."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from made import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

LOCKS = sorted((CHECKOUT / "packaging").glob("*.lock"))
OLD, NEW = "http://archive/debian old main", "http://archive/security old main"


@pytest.fixture(scope="module")
def archives() -> Any:
    spec = importlib.util.spec_from_file_location("archives", CHECKOUT / "packaging/archives.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_has_another_checksum_is_refused(archives: Any, tmp_path: Path) -> None:
    (tmp_path / "package.deb").write_bytes(b"x")
    url = (tmp_path / "package.deb").as_uri()
    assert archives.download(url, hashlib.sha256(b"x").hexdigest()) == b"x"
    with pytest.raises(SystemExit, match="another checksum"):
        archives.download(url, hashlib.sha256(b"y").hexdigest())


def test_what_is_gone_is_pinned_anew(archives: Any, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"if it is gone: .* --pin"):
        archives.download((tmp_path / "gone.deb").as_uri())


def test_what_the_archive_did_not_sign_is_refused(archives: Any) -> None:
    if not archives.DEBIANS_KEYS.exists() or not shutil.which("gpgv"):
        pytest.skip("no keys of Debian here; apt-get install gpgv debian-archive-keyring")
    with pytest.raises(SystemExit, match="the archive's signature"):
        archives.verified(b"Origin: Debian\n", archives.DEBIANS_KEYS.read_bytes())


def test_the_newest_is_taken_with_its_libraries_and_no_more(
    archives: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def package(version: str, needs: str = "") -> tuple[str, dict[str, str]]:
        return "http://archive", {"SHA256": "0", "Filename": version, "Depends": needs}

    known = {
        OLD: {
            "server": package("server-1", "libc6 (>= 2), zlib1g, adduser"),
            "libc6": package("libc6-1"),
            "zlib1g": package("zlib1g-1", "libc6"),
            "adduser": package("adduser-1"),
            "scripts": package("scripts-1", "libperl"),
            "libperl": package("libperl-1"),
        },
        NEW: {"libc6": package("libc6-2")},
    }
    monkeypatch.setattr(archives, "index", known.__getitem__)
    origin = archives.Origin((OLD, NEW), ("server",), ("scripts",))
    taken = {line.rpartition("/")[2] for line in archives.pinned(origin)}
    assert taken == {"server-1", "libc6-2", "zlib1g-1", "scripts-1"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_a_checksum_and_an_archive_for_each_package(archives: Any, lock: Path) -> None:
    known = "|".join([archives.DEBIAN, archives.DEBIAN_SECURITY, archives.UBUNTU])
    for line in lock.read_text().splitlines():
        assert re.fullmatch(rf"[0-9.]+ [0-9a-f]{{64}} ({known})/pool/\S+\.deb", line), line
