"""What a node sees: a root of its own, made of private overlays of the machine's directories."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import corosync, fencing, pacemaker

if TYPE_CHECKING:
    from pathlib import Path

    from .state import LabSpec

CHECKOUT = "/opt/ocf-agents-checkout"

# Process 1 of a node. It does what the kernel asks of an init: it reaps orphans.
INIT = """\
import os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
os.write(1, b"ready\\n")
null = os.open("/dev/null", os.O_RDWR)
for descriptor in 0, 1, 2:
    os.dup2(null, descriptor)
os.close(null)
while True:
    signal.sigwait({signal.SIGCHLD})
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
"""

# The upper directory gives an overlay's root its owner and mode, hence the two --reference lines.
_BOOT = """\
set -e
mkdir -p $disk/root
mount -n -t tmpfs -o mode=755 $mark $disk/root
cd $disk/root
mkdir dev proc sys run tmp mnt
for path in /bin /sbin /lib /lib32 /lib64 /libx32 /etc /usr /var /root /home /opt /srv; do
    if [ -L $path ]; then
        cp -a $path .
    elif [ -d $path ]; then
        upper=$disk/upper$path work=$disk/work$path
        mkdir -p .$path $upper $work
        chmod --reference=$path $upper
        chown --reference=$path $upper
        mount -n -t overlay -o lowerdir=$path,upperdir=$upper,workdir=$work $mark .$path
    fi
done
mount -n -t tmpfs -o mode=755 $mark run
mount -n -t tmpfs -o mode=1777 $mark tmp
mkdir -m 1777 run/lock
mkdir -m 1755 run/resource-agents
mount -n -t tmpfs -o mode=755 $mark dev
mkdir dev/net dev/pts dev/shm
for device in null zero full random urandom tty kvm fuse net/tun vhost-net loop-control; do
    [ ! -c /dev/$device ] || cp -a /dev/$device dev/$device
done
mount -n -t tmpfs -o mode=1777 $mark dev/shm
mount -n -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -n -t proc proc proc
mount -n -t sysfs sysfs sys
hostname $node
if [ ! -e $disk/seeded ]; then
    for path in var/lib/pacemaker var/lib/corosync var/log/pacemaker var/log/corosync; do
        [ ! -d $path ] || find $path -type f -delete
    done
$install
    touch $disk/seeded
fi
$shares
$volumes
mount -n --move $disk/root /
exec chroot . env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
/usr/bin/python3 -I -S -c $init
"""


@dataclass(frozen=True)
class SeedFile:
    """A file that a node's disk has before the node is first switched on."""

    path: str
    text: str
    owner: str = "root"
    group: str = "root"
    mode: int = 0o644


def seed_files(spec: LabSpec, node: str) -> tuple[SeedFile, ...]:
    """The files that make a fresh disk that of a node of this lab."""
    files = [
        SeedFile("/etc/hostname", f"{node}\n"),
        SeedFile("/etc/hosts", spec.hosts_file()),
        SeedFile("/etc/corosync/corosync.conf", corosync.configuration(spec)),
        SeedFile(pacemaker.CIB, pacemaker.first_cib(spec.fencing), "hacluster", "haclient", 0o600),
        SeedFile(fencing.AGENT, fencing.agent_text(), mode=0o755),
    ]
    if spec.crypto:
        # Every node must have the same key, and a lab's key guards nothing: no need of chance.
        files.append(SeedFile("/etc/corosync/authkey", spec.mark.ljust(256, "."), mode=0o400))
    return tuple(files)


def write_seed(spec: LabSpec, node: str) -> None:
    """The node's seed files lie in the lab's state directory, ready for the node's first boot."""
    directory = _seed_directory(spec, node)
    directory.mkdir(mode=0o700)
    for number, file in enumerate(seed_files(spec, node)):
        (directory / str(number)).write_text(file.text)


def boot_script(spec: LabSpec, node: str) -> str:
    """The shell script that is process 1 of a node until the node's root is complete."""
    values = {
        "mark": spec.mark,
        "node": node,
        "disk": str(spec.disks / node),
        "init": shlex.quote(INIT),
        "install": "\n".join(_install_lines(spec, node)),
        "shares": "\n".join(_share_lines(spec)),
        "volumes": "\n".join(_volume_lines(spec, node)),
    }
    text = _BOOT
    for name in ("install", "shares", "volumes", "init"):
        text = text.replace(f"${name}", values[name])
    variables = " ".join(f"{name}={shlex.quote(values[name])}" for name in ("mark", "node", "disk"))
    return f"{variables}\n{text}"


def _seed_directory(spec: LabSpec, node: str) -> Path:
    return spec.directory / "seed" / node


def _install_lines(spec: LabSpec, node: str) -> list[str]:
    return [
        f"    install -D -o {file.owner} -g {file.group} -m {file.mode:o} "
        f"{shlex.quote(str(_seed_directory(spec, node) / str(number)))} .{file.path}"
        for number, file in enumerate(seed_files(spec, node))
    ]


def _share_lines(spec: LabSpec) -> list[str]:
    shares = [(spec.checkout, CHECKOUT), *((share, share) for share in spec.shares)]
    lines: list[str] = []
    for source, target in shares:
        here, there = shlex.quote(source), shlex.quote("." + os.path.normpath(target))
        lines += [f"mkdir -p {there}", f"mount -n -o bind,ro {here} {there}"]
    return lines


def _volume_lines(spec: LabSpec, node: str) -> list[str]:
    lines: list[str] = []
    for number, (path, _) in enumerate(spec.volumes):
        here, there = shlex.quote(str(spec.volume(node, number))), shlex.quote("." + os.path.normpath(path))
        lines += [f"mkdir -p {there}", f"mount -n --bind {here} {there}"]
    return lines
