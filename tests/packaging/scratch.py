"""A root for packages: this machine's programs below an overlay, a database of its own, no network."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.pythons import Python

SETUP = """\
set -e
mount -t tmpfs -o mode=755 scratch "$1"
cd "$1"
mkdir root upper work root/usr root/dev root/proc root/run root/var root/var/tmp root/tmp root/etc
mount -t overlay -o lowerdir=/usr,upperdir=$PWD/upper,workdir=$PWD/work scratch root/usr
for path in /bin /sbin /lib /lib32 /lib64 /libx32; do
    if [ -L $path ]; then cp -a $path root; elif [ -d $path ]; then mkdir root$path; mount --rbind $path root$path; fi
done
for device in null zero urandom; do touch root/dev/$device; mount --bind /dev/$device root/dev/$device; done
mount -t proc proc root/proc
cp /etc/passwd /etc/group root/etc
mkdir -p root/usr/share/licenses  # every distribution with RPMs has it
ip link set lo up
echo ready
exec cat
"""


class Scratch:
    """The root, for as long as its first process lives; nothing of it is seen from outside."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.root = directory, directory / "root"
        order = ["unshare", "--mount", "--net", "sh", "-c", SETUP, "sh", str(directory)]
        self.first = subprocess.Popen(order, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.first.stdout
        assert self.first.stdout.readline() == "ready\n"

    def close(self) -> None:
        self.first.communicate(timeout=30)

    def run_on(self, python: Python) -> None:
        """Its /usr/bin/python3 is that one."""
        if python.prefix != Path("/usr"):
            here = f"{self.root}{python.prefix}"
            self.outside("sh", "-c", f"mkdir -p {here} && mount -o bind,ro {python.prefix} {here}")
            self.inside("ln", "-sfn", str(python.program), "/usr/bin/python3")
            self.outside("chmod", "755", f"{self.root}/root")

    def outside(self, *order: str | Path) -> subprocess.CompletedProcess[str]:
        """A program of this machine that sees the root."""
        enter = ["nsenter", "-t", str(self.first.pid), "--mount", "--net"]
        return subprocess.run([*enter, *order], capture_output=True, text=True, timeout=120, check=False)

    def inside(self, *order: str, user: str = "root") -> subprocess.CompletedProcess[str]:
        """A program in the root, with no environment but a path."""
        identity = f"--userspec={user}:" if user != "root" else "--userspec=0:0"
        return self.outside("chroot", identity, self.root, "env", "-i", "PATH=/usr/sbin:/usr/bin", *order)

    def rpm(self, *options: str | Path) -> str:
        done = self.outside("rpm", "--root", self.root, "--dbpath", "/var/lib/rpm", *options)
        assert done.returncode == 0, done.stderr
        assert "warning" not in done.stderr, done.stderr
        return done.stdout

    def files(self) -> set[str]:
        """Whatever is in the root and not this machine's, but for the database of packages."""
        places = " ".join(shlex.quote(str(self.root / one)) for one in ("run", "var", "tmp"))
        found = self.outside(
            "sh", "-c", f"find {places} -mindepth 1 -xdev; cd {self.directory}/upper && find . -mindepth 1"
        )
        # A directory that this machine has too is in the upper one as soon as something was written there.
        return {
            line
            for line in found.stdout.splitlines()
            if "/var/lib" not in line and not Path("/usr", line).is_dir()
        }

    def compiled(self) -> Sequence[str]:
        """The Pythons that there is bytecode for."""
        return sorted({name.split(".")[-2] for name in self.files() if name.endswith(".pyc")})
