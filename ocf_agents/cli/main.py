"""The `ocf-agents` command."""

from __future__ import annotations

import click

from .lab import lab


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """OCF resource agents for OpenStack and MySQL under Pacemaker."""


main.add_command(lab)

if __name__ == "__main__":
    main(prog_name="ocf-agents")
