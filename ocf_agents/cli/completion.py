"""`ocf-agents completion`: what a shell needs to complete the command."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")
PROGRAM = "ocf-agents"
VARIABLE = "_OCF_AGENTS_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion of this command for SHELL.

    For bash: ocf-agents completion bash > /etc/bash_completion.d/ocf-agents
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:
        raise click.ClickException(f"{shell}: this click knows no completion for it")
    click.echo(made(context.find_root().command, {}, PROGRAM, VARIABLE).source())
