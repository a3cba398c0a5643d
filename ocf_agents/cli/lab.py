"""`ocf-agents lab`: a cluster to try the agents in, on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, TypeVar

import click

from ..lab import Lab, LabError, Node
from ..lab import keystone as _keystone

if TYPE_CHECKING:
    from collections.abc import Sequence

F = TypeVar("F", bound=Callable[..., Any])

_PASS_THROUGH = {"ignore_unknown_options": True, "allow_interspersed_args": False}


class LabGroup(click.Group):
    """A group whose commands report a LabError as one line."""

    def invoke(self, ctx: click.Context) -> Any:
        """What the command returns."""
        try:
            return super().invoke(ctx)
        except LabError as error:
            raise click.ClickException(str(error)) from None


def _named(command: F) -> F:
    return click.option(
        "--name", default="lab", show_default=True, envvar="OCF_LAB_NAME", help="Name of the lab."
    )(command)


def _become(command: Sequence[str]) -> None:
    sys.stdout.flush()
    os.execvp(command[0], list(command))  # noqa: S606  # no shell is the point


@click.group(cls=LabGroup)
def lab() -> None:
    """A real Corosync and Pacemaker cluster in network namespaces of this machine."""


@lab.command()
@_named
@click.option("--nodes", type=click.IntRange(2, 3), default=2, show_default=True)
@click.option(
    "--fencing/--no-fencing",
    default=True,
    show_default=True,
    help="Nodes shoot lost nodes; without it quorum is ignored too.",
)
@click.option(
    "--token",
    type=int,
    default=1000,
    show_default=True,
    help="Milliseconds after which a silent node is lost.",
)
@click.option("--crypto", is_flag=True, help="Encrypt Corosync's traffic.")
@click.option(
    "--storage",
    type=click.Path(file_okay=False, exists=True),
    help="Directory for the nodes' disks; in memory without it.",
)
@click.option(
    "--host",
    "hosts",
    multiple=True,
    metavar="NAME=NUMBER",
    help="A further name in /etc/hosts, for the lab's address that ends in NUMBER.",
)
def up(
    *,
    name: str,
    nodes: int,
    fencing: bool,
    token: int,
    crypto: bool,
    storage: str | None,
    hosts: tuple[str, ...],
) -> None:
    """Bring a lab up and wait until all its nodes are online."""
    octets = {}
    for host in hosts:
        title, _, number = host.partition("=")
        if not number.isdigit() or not 0 < int(number) < 255:
            raise click.ClickException(f"--host {host}: not NAME=NUMBER with a number in 1..254")
        octets[title] = int(number)
    built = Lab(name, nodes, hosts=octets, fencing=fencing, token=token, crypto=crypto, storage=storage)
    built.up()
    _print_status(built)


@lab.command()
@_named
def status(name: str) -> None:
    """Show each node's power, its state in the cluster, and its address."""
    _print_status(Lab.attach(name))


def _print_status(built: Lab) -> None:
    try:
        seen = built.cluster_state()
    except LabError:
        seen = None
    rows = [("NODE", "POWER", "CLUSTER", "ADDRESS")]
    for node in built.nodes:
        known = seen.node(node.name) if seen else None
        cluster = known.summary if known else "unknown"
        if seen and seen.dc == node.name:
            cluster += " (DC)"
        power = node.power.value + (", cut" if node.is_cut else "")
        rows.append((node.name, power, cluster, node.address))
    for row in rows:
        click.echo("".join(f"{cell:<16}" for cell in row).rstrip())


@lab.command()
@_named
@click.argument("node")
def shell(name: str, node: str) -> None:
    """Open a shell in NODE."""
    terminal = os.environ.get("TERM", "dumb")
    _become(Lab.attach(name).node(node).command(["bash", "-l"], terminal=terminal))


@lab.command("exec", context_settings=_PASS_THROUGH)
@_named
@click.argument("node")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(name: str, node: str, command: tuple[str, ...]) -> None:
    """Run COMMAND in NODE."""
    words = command[1:] if command[0] == "--" else command
    _become(Lab.attach(name).node(node).command(words))


@lab.command(context_settings=_PASS_THROUGH)
@_named
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def crm(name: str, arguments: tuple[str, ...]) -> None:
    """Run crmsh on the first node that answers; the FILE of `configure load` is this machine's."""
    node = Lab.attach(name).voice()
    words: list[str | Path] = list(arguments)
    if "load" in arguments and Path(arguments[-1]).is_file():
        words[-1] = Path(arguments[-1])
    _become(
        node.command(
            ["crm", *(node.crm_word(word) for word in words)], terminal=os.environ.get("TERM", "dumb")
        )
    )


@lab.command(context_settings=_PASS_THROUGH)
@_named
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def client(name: str, command: tuple[str, ...]) -> None:
    """Run COMMAND on the client, which is in the nodes' network but no node."""
    _become(Lab.attach(name).switch.inside_client(command, Path.cwd()))


@lab.command()
@_named
def install(name: str) -> None:
    """Install the agents as they are in the checkout now in every node that is on."""
    Lab.attach(name).install()


@lab.command()
@_named
def keystone(name: str) -> None:
    """Prepare a Keystone in every node, for the agent to start; user, password and project are admin."""
    _keystone.prepare(Lab.attach(name))


@lab.command()
@_named
def down(name: str) -> None:
    """Take the lab down; nothing of it is left."""
    built = Lab(name)
    if not built.leftovers():
        Lab.attach(name)
    built.down()


def _node_command(title: str, action: Callable[[Node], None], text: str) -> None:
    def run(name: str, node: str) -> None:
        action(Lab.attach(name).node(node))

    lab.command(title, help=text)(_named(click.argument("node")(run)))


_node_command("kill", Node.kill, "Switch NODE off, as a power failure does.")
_node_command("start", Node.start, "Switch NODE on; its cluster software starts.")
_node_command("cut", Node.cut, "Cut NODE's cable, until it is healed.")
_node_command("heal", Node.heal, "Heal NODE's cable.")
_node_command("freeze", Node.freeze, "Make every process of NODE stand still.")
_node_command("thaw", Node.thaw, "Let every process of NODE run on.")


@lab.command()
@_named
@click.argument("nodes", nargs=-1, required=True)
def split(name: str, nodes: tuple[str, ...]) -> None:
    """Let the NODES lose each other; the client and other nodes still reach them."""
    Lab.attach(name).split(*nodes)


@lab.command()
@_named
@click.argument("nodes", nargs=-1, required=True)
def unsplit(name: str, nodes: tuple[str, ...]) -> None:
    """Let the NODES find each other again."""
    Lab.attach(name).unsplit(*nodes)
