"""Packages of Debian's and Ubuntu's archives, unpacked into directories: nothing is installed.

    PROGRAM DIRECTORY [VERSION...]   DIRECTORY/VERSION and so on are there, made of packages
    PROGRAM --pin                    PROGRAM.lock names what the archives have today

What is downloaded has to have the checksum in the lock, and --pin takes from an archive only what is
signed with its key. Archives throw a version away when they have a newer one; then --pin, and commit
the lock.
"""

from __future__ import annotations

import hashlib
import lzma
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn
from urllib.error import URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Callable

UBUNTU, DEBIAN = "http://archive.ubuntu.com/ubuntu", "http://deb.debian.org/debian"
DEBIAN_SECURITY = "http://security.debian.org/debian-security"
DEBIANS_KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Debian 12 does not have Ubuntu's keys; Debian 13 does, and signs them.
UBUNTUS_KEYS = (f"{DEBIAN} trixie main", "ubuntu-keyring", "usr/share/keyrings/ubuntu-archive-keyring.gpg")
INTERPRETER = "ld-linux-x86-64.so.2"
SECONDS = 60
PROGRAM = Path(sys.argv[0])
LOCK = PROGRAM.with_suffix(".lock")


class Origin(NamedTuple):
    """Where a version comes from: sources, the newest last, and packages, with the libraries that they need."""

    sources: tuple[str, ...]
    """Archive, suite and components, as in sources.list."""
    packages: tuple[str, ...]
    more: tuple[str, ...] = ()
    """Packages whose own needs are of no interest."""


def main(words: list[str], origins: dict[str, Origin], build: Callable[[Path, Path], None]) -> None:
    """The versions that were asked for are there, or all; `build` makes a directory of an unpacked system."""
    if platform.machine() != "x86_64":
        fail(f"made for x86_64, and this is {platform.machine()}")
    if words == ["--pin"]:
        LOCK.write_text("".join(f"{name} {line}\n" for name in origins for line in pinned(origins[name])))
        return
    if not words or words[0].startswith("-"):
        sys.exit(__doc__)
    for version in words[1:] or origins:
        if version not in origins:
            fail(f"{version}: there are {', '.join(origins)}")
        provide(Path(words[0]).resolve() / version, version, build)


def provide(directory: Path, version: str, build: Callable[[Path, Path], None]) -> None:
    """The directory holds that version, which runs from there, and a note of what it was made of."""
    packages = [line.split()[1:] for line in LOCK.read_text().splitlines() if line.split()[0] == version]
    note = "".join(f"{' '.join(package)}\n" for package in [[str(directory)], *packages])
    if (directory / "made-of").is_file() and (directory / "made-of").read_text() == note:
        return
    print(f"{PROGRAM.name} {version}: downloads {len(packages)} packages", flush=True)
    directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory.parent) as name:
        for checksum, url in packages:
            unpack(download(url, checksum), Path(name, "root"))
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        build(Path(name, "root"), directory)
    (directory / "made-of").write_text(note)


def download(url: str, checksum: str = "") -> bytes:
    """What is there, with the right checksum if one is given."""
    try:
        with urlopen(url, timeout=SECONDS) as answer:  # noqa: S310  # from a program and its lock
            content: bytes = answer.read()
    except (URLError, TimeoutError) as error:
        fail(f"{url}: {error}; if it is gone: {PROGRAM} --pin")
    if checksum and hashlib.sha256(content).hexdigest() != checksum:
        fail(f"{url}: has another checksum than it should have")
    return content


def unpack(package: bytes, root: Path) -> None:
    """The files of a package are below the root, beside those of others."""
    subprocess.run(["dpkg-deb", "--extract", "/dev/stdin", root], input=package, check=True)


def gather(root: Path, libraries: Path) -> None:
    """The libraries of an unpacked system lie beside each other."""
    for place in ("usr/lib", "lib"):
        for library in (root / place / "x86_64-linux-gnu").glob("*.so*"):
            # Links between the two places would lead nowhere from here.
            shutil.copy2(library, libraries / library.name, follow_symlinks=True)


def relink(programs: Iterable[Path], libraries: Path) -> None:
    """The programs find those libraries, what they load does too, and none of the machine's."""
    for program in programs:
        words = ["--force-rpath", "--set-rpath", libraries, "--set-interpreter", libraries / INTERPRETER]
        subprocess.run(["patchelf", *words, program], check=True)


def pinned(origin: Origin) -> Iterator[str]:
    """Checksum and address of every package that a version needs, libraries and all."""
    known: dict[str, tuple[str, dict[str, str]]] = {}
    for source in origin.sources:
        known.update(index(source))
    wanted, seen = [*origin.packages, *origin.more], set()
    while wanted:
        name = wanted.pop(0)
        if name in seen:
            continue
        seen.add(name)
        archive, fields = known[name]
        yield f"{fields['SHA256']} {archive}/{fields['Filename']}"
        needs = re.findall(r"(?:^|, )(z?lib[^ ,|:]+)", fields.get("Depends", ""))
        wanted += [need for need in needs if need in known and name not in origin.more]


@cache
def index(source: str) -> dict[str, tuple[str, dict[str, str]]]:
    """The packages of a source by name: the archive and the fields of each, as the archive's key signed them."""
    archive, suite, *components = source.split()
    signed = verified(download(f"{archive}/dists/{suite}/InRelease"), keys(archive))
    packages = {}
    for component in components:
        path = f"{component}/binary-amd64/Packages.xz"
        (checksum,) = re.findall(rf"^ ([0-9a-f]{{64}}) +\d+ {re.escape(path)}$", signed, re.MULTILINE)
        text = lzma.decompress(download(f"{archive}/dists/{suite}/{path}", checksum)).decode()
        packages.update({fields["Package"]: (archive, fields) for fields in stanzas(text)})
    return packages


def verified(text: bytes, keyring: bytes) -> str:
    """What was signed with one of these keys."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(keyring)
        file.flush()
        order = ["gpgv", "--keyring", file.name, "--output", "-"]
        done = subprocess.run(order, input=text, capture_output=True, check=False)
    if done.returncode:
        fail(f"the archive's signature: {done.stderr.decode()}")
    return done.stdout.decode()


def keys(archive: str) -> bytes:
    """The keys that an archive is signed with."""
    if archive != UBUNTU:
        return DEBIANS_KEYS.read_bytes()
    source, package, file = UBUNTUS_KEYS
    debian, fields = index(source)[package]
    with tempfile.TemporaryDirectory() as name:
        unpack(download(f"{debian}/{fields['Filename']}", fields["SHA256"]), Path(name))
        return Path(name, file).read_bytes()


def stanzas(text: str) -> Iterator[dict[str, str]]:
    """The fields of each package of an index."""
    for stanza in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in stanza.splitlines() if ": " in line and line[0] != " ")
        if fields:
            yield fields


def fail(text: str) -> NoReturn:
    """The program ends, and says why."""
    sys.exit(f"{PROGRAM.name}: {text}")
