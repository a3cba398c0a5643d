"""A fresh Debian 12 follows the README and the tutorial to the letter: `make fresh`.

    python3 tests/docs/fresh_machine.py DIRECTORY

makes a minimal Debian 12 below the directory (mmdebstrap), puts a clone of this repository in it, and
types there what the pages say, beginning with what the README wants installed. It takes minutes and
downloads the packages, so it is no part of `make test`. The machine is left for a look around.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.blocks import CHECKOUT, Command, blocks, shows  # the line above finds it

CLONE = "/root/clone"
PAGE = "docs/tutorial.md"
WANTED = "apt-get install git make"
"""What the README says to install before anything else."""
PATIENCE = 1200
# How this machine reaches the package registries; a machine of people has its own way.
WAYS_OUT = (
    *("etc/resolv.conf", "etc/pip.conf", "etc/apt/apt.conf.d"),
    *("etc/ssl/certs/ca-certificates.crt", "usr/local/share/ca-certificates"),
)
ENTER = """\
set -e
mount --make-rprivate /
mount -t proc proc {root}/proc
mount --rbind /sys {root}/sys
mount --rbind /dev {root}/dev
exec chroot {root} env -i HOME=/root TERM=dumb LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \\
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -c "$1"
"""


class Machine:
    """A Debian 12 with nothing but its base in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def install(self) -> None:
        """The base and the clone are there, both fresh."""
        if not shutil.which("mmdebstrap"):
            raise SystemExit("mmdebstrap: not installed; apt-get install mmdebstrap")
        if self.root.exists():
            raise SystemExit(f"{self.root}: is there already, so it is not fresh; rm -r {self.root}")
        self.root.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mmdebstrap", "--variant=minbase", "bookworm", str(self.root)], check=True)
        for name in WAYS_OUT:
            source, target = Path("/", name), self.root / name
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        subprocess.run(["git", "clone", "-q", str(CHECKOUT), str(self.root) + CLONE], check=True)

    def type_in(self, text: str) -> subprocess.CompletedProcess[str]:
        """What a command does, typed as root in the clone."""
        inside = f"mkdir -p {CLONE}; cd {CLONE}; [ ! -e .venv ] || . .venv/bin/activate; {text}"
        command = ["unshare", "--mount", "sh", "-c", ENTER.format(root=self.root), "sh", inside]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
        )

    def follow(self, command: Command, until: bool) -> None:
        """The command has done and shown what the page says; SystemExit says what it did instead."""
        print(f"# {command.text}", flush=True)
        deadline = time.monotonic() + 120
        while True:
            done = self.type_in(command.text)
            if done.returncode == 0 and shows(done.stdout, command.shown):
                print("\n".join(f"    ok  {line}" for line in command.shown) or "    ok", flush=True)
                return
            if not until or time.monotonic() > deadline:
                raise SystemExit(f"ends with {done.returncode} and says:\n{done.stdout}{done.stderr}")
            time.sleep(0.5)


def main(directory: Path) -> None:
    """Every command of the tutorial was typed on a fresh machine, and did what the page says."""
    if f"`{WANTED}`" not in (CHECKOUT / "README.md").read_text(encoding="utf-8"):
        raise SystemExit(f"README.md does not say any more: {WANTED}")
    machine = Machine(directory.resolve())
    machine.install()
    machine.follow(Command(f"apt-get update && {WANTED} --yes", ()), until=False)
    for block in blocks():
        if block.page == PAGE:
            for command in block.commands():
                machine.follow(command, block.until)
    print(f"{PAGE}: everything is as it says")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
