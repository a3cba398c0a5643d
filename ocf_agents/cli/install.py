"""`ocf-agents install` and `uninstall`: the agents of a library that pip brought, linked to where Pacemaker looks."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, TypeVar

import click

from ..agents import FORMER, PROVIDER, links

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

F = TypeVar("F", bound=Callable[..., Any])

SITE = Path(__file__).resolve().parents[2]
"""Where this library is."""

LIBRARY = "lib/openstack"
"""Where the agents look for it, below OCF's directory."""

SOURCES = {
    "ocf_agents": "ocf_agents",
    "metadata": "ocf_agents/cli/files/metadata",
    "agent": "ocf_agents/cli/files/agent",
}
"""What an agent needs: its name there, and what it is here."""

AGENT = "../../lib/openstack/agent"
"""What the name of an agent is a link to."""


@dataclass(frozen=True)
class Link:
    """A link that is to be there; a link of that name which `known` ends the target of is ours too."""

    path: Path
    target: str
    known: str

    @property
    def there(self) -> bool:
        """Whether it is as it is to be."""
        return self.ours and os.readlink(self.path) == self.target

    @property
    def ours(self) -> bool:
        """Whether a link of ours has the name, of this library or of another copy of it."""
        return self.path.is_symlink() and os.readlink(self.path).endswith(self.known)

    @property
    def strange(self) -> bool:
        """Whether something that is not ours has the name."""
        return os.path.lexists(self.path) and not self.ours


def library_links(root: Path) -> list[Link]:
    """The links that lead an agent to its library."""
    return [Link(root / LIBRARY / name, str(SITE / source), f"/{source}") for name, source in SOURCES.items()]


def agent_links(root: Path, compatible: bool) -> list[Link]:
    """The links that make an agent each."""
    return [Link(root / "resource.d" / name, AGENT, AGENT) for name in links(compatible)]


def leftovers(root: Path) -> list[Link]:
    """Every link to our agent that there is, also of a name that no agent has any more."""
    directories = [root / "resource.d" / provider for provider in (PROVIDER, os.path.dirname(FORMER))]
    found = [
        Link(path, AGENT, AGENT) for each in directories if each.is_dir() for path in sorted(each.iterdir())
    ]
    return [link for link in found if link.there]


def refuse_strange(wanted: Iterable[Link]) -> None:
    """Nothing that is not ours is in the way; raises ClickException with all that is."""
    strange = [str(link.path) for link in wanted if link.strange]
    if strange:
        raise click.ClickException(
            f"nothing was changed: {', '.join(strange)}: not a link of ours; "
            "uninstall what it belongs to (a package, make install, openstack-resource-agents)"
        )


def place(link: Link) -> None:
    """The link is as it is to be, without a moment in which it is not there."""
    link.path.parent.mkdir(parents=True, exist_ok=True)
    draft = link.path.with_name(f".{link.path.name}.{os.getpid()}")
    draft.symlink_to(link.target)
    draft.replace(link.path)


def take_out(found: Collection[Link]) -> None:
    """The links are gone, and the directories that held nothing else."""
    for link in found:
        link.path.unlink()
    for directory in {link.path.parent for link in found}:
        if not any(directory.iterdir()):
            directory.rmdir()


def answer(link: Link) -> None:
    """The agent runs and shows its meta-data; raises ClickException with its own words."""
    try:
        done = subprocess.run([link.path, "meta-data"], env={}, capture_output=True, text=True, check=False)
    except OSError as error:
        raise click.ClickException(
            f"{link.path} does not run: {error.strerror}; see its first line"
        ) from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise click.ClickException(f"{link.path} does not run: {said}")


def of_the_machine(command: F) -> F:
    """The command takes OCF's directory, and an OSError becomes one line."""

    def guarded(ocf_root: Path, **options: Any) -> None:
        try:
            command(ocf_root, **options)
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}; run this as root") from None

    guarded.__doc__ = command.__doc__
    guarded.__name__ = command.__name__
    return click.option(
        "--ocf-root",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("/usr/lib/ocf"),
        envvar="OCF_ROOT",
        show_default=True,
        help="OCF's directory.",
    )(guarded)  # type: ignore[return-value]


@click.command()
@click.option(
    "--compat", is_flag=True, help="Also the agents' names of 2012: percona/mysql, and those with -ra."
)
@of_the_machine
def install(ocf_root: Path, compat: bool) -> None:
    """Link the agents to where Pacemaker looks for them.

    For a library that pip installed; packages and make install do this themselves. What is not a
    link of ours is left alone. Once done, it may be done again.
    """
    if not (SITE / SOURCES["agent"]).exists():
        raise click.ClickException("the agents came with this command; there is nothing to link")
    wanted = [*library_links(ocf_root), *agent_links(ocf_root, compat)]
    refuse_strange(wanted)
    names = {link.path for link in wanted}
    stale = [link for link in leftovers(ocf_root) if link.path not in names]
    missing = [link for link in wanted if not link.there]
    for link in missing:
        place(link)
    take_out(stale)
    answer(wanted[-1])
    agents = len(wanted) - len(SOURCES)
    click.echo(
        f"{agents} agents are in {ocf_root / 'resource.d' / PROVIDER}: "
        f"{len(missing)} links made, {len(stale)} taken out"
    )


@click.command()
@of_the_machine
def uninstall(ocf_root: Path) -> None:
    """Take out the links that install made.

    What a package or make install put there, and what is not ours, stays. Once done, it may be done
    again.
    """
    library = library_links(ocf_root)
    if any(link.strange for link in library):
        click.echo(f"{ocf_root / LIBRARY}: from a package or make install; nothing was taken out")
        return
    found = [*leftovers(ocf_root), *(link for link in library if link.ours)]
    take_out(found)
    click.echo(f"{len(found)} links taken out of {ocf_root}")
