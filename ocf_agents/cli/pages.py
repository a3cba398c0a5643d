"""The command's own declarations, for its man page and its reference."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from ..render.commands import Command
from .main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "ocf-agents"


def commands() -> list[Command]:
    """The root, and below it every command that is not hidden, in the order of `--help`."""
    return list(below(main, click.Context(main, info_name=NAME, **main.context_settings)))


def below(command: click.Command, context: click.Context) -> Iterator[Command]:
    """A command and all below it."""
    group = isinstance(command, click.Group)
    # --help is on every command; once is enough.
    root = context.parent is None
    parameters = command.get_params(context) if root else command.params
    yield Command(
        context.command_path,
        " ".join([context.command_path, *command.collect_usage_pieces(context)]),
        inspect.cleandoc((command.help or "").partition("\f")[0]),
        tuple(row for one in parameters for row in described(one, context)),
        group,
    )
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from below(child, click.Context(child, parent=context, info_name=name))


def described(parameter: click.Parameter, context: click.Context) -> Iterator[tuple[str, str]]:
    """An option as `--help` shows it; arguments stand in the usage alone."""
    # Some releases of click list arguments too, without a word.
    record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
    if record is not None:
        yield record[0], " ".join(record[1].split())
