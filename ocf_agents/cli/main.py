"""The `ocf-agents` command."""

from __future__ import annotations

from importlib import import_module

import click

from .. import __version__

COMMANDS = {
    "list": "agents:list_agents",
    "describe": "agents:describe",
    "meta-data": "agents:meta_data",
    "configure": "configure:configure",
    "lint": "lint:lint",
    "check": "check:check",
    "explain": "explain:explain",
    "doctor": "doctor:doctor",
    "lab": "lab:lab",
    "drill": "drill:drill",
    "install": "install:install",
    "uninstall": "install:uninstall",
    "completion": "completion:completion",
}
"""Each command with its module and its name there; only the one that is called is loaded."""


class Commands(click.Group):
    """The group of all commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of reading."""
        return [*COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name."""
        module, _, name = COMMANDS.get(cmd_name, "").partition(":")
        if not name:
            return None
        found: click.Command = getattr(import_module(f".{module}", __package__), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ocf-agents", message="%(prog)s %(version)s")
def main() -> None:
    """OCF resource agents for OpenStack and MySQL under Pacemaker.

    Exit codes: 0 all is well; 1 something was found, or failed; 2 the command could not do its work.
    Colours are used on a terminal only; commands with --json write for other programs.
    """


if __name__ == "__main__":
    main(prog_name="ocf-agents")
