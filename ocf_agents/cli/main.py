"""The `ocf-agents` command."""

from __future__ import annotations

import click

from .install import install, uninstall
from .lab import lab


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """OCF resource agents for OpenStack and MySQL under Pacemaker."""


main.add_command(lab)
main.add_command(install)
main.add_command(uninstall)

if __name__ == "__main__":
    main(prog_name="ocf-agents")
