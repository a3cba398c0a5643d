"""Every command of `ocf-agents` is called by a test as people call it: as a program of its own."""

from __future__ import annotations

import ast
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest
from support.blocks import CHECKOUT, blocks

from ocf_agents.cli.pages import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

Words = tuple[str, ...]
EVERY = [tuple(one.path.split()[1:]) for one in commands() if not one.group]
PROGRAMS = ("ocf-agents", "ocf_agents.cli.main")
"""What stands in a list before the words of the command."""
TYPED = "typed"
"""The function of tests/support that calls the program."""
NOT_TYPED = ("skip", "make", "file", "")


def leading(parts: list[ast.expr]) -> Words:
    """The words that a list of arguments begins with."""
    found = takewhile(lambda part: isinstance(part, ast.Constant) and isinstance(part.value, str), parts)
    return tuple(str(part.value) for part in found if isinstance(part, ast.Constant))


def after_the_program(node: ast.AST) -> list[ast.expr]:
    """What a list, or a function's arguments, have after the program, if it is among them."""
    parts = node.elts if isinstance(node, ast.List) else node.args if isinstance(node, ast.Call) else []
    for number, part in enumerate(parts):
        if isinstance(part, ast.Constant) and part.value in PROGRAMS:
            return parts[number + 1 :]
    return []


def shorthands(nodes: list[ast.AST]) -> dict[str, Words]:
    """The module's own functions that call the program with more words before those that they are given."""
    found: dict[str, Words] = {TYPED: ()}
    for function in [node for node in nodes if isinstance(node, ast.FunctionDef)]:
        for node in ast.walk(function):
            rest = after_the_program(node)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == TYPED:
                rest = node.args
            if any(isinstance(part, ast.Starred) for part in rest):
                found[function.name] = leading(rest)
    return found


def of_module(text: str) -> Iterator[Words]:
    """The words of every call of the program in a module of tests."""
    if not any(word in text for word in (TYPED, *PROGRAMS)):
        return
    nodes = list(ast.walk(ast.parse(text)))
    known = shorthands(nodes)
    for node in nodes:
        yield leading(after_the_program(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known:
            # A node of a lab may come before the words.
            words = leading(node.args) or leading(node.args[1:])
            yield (*known[node.func.id], *words)


def of_pages() -> Iterator[Words]:
    """The words of every call of the program that a page shows and a test types."""
    for block in blocks():
        if block.language == "console" and block.kind not in NOT_TYPED:
            for command in block.commands():
                program, *words = command.text.split()
                if program in PROGRAMS:
                    yield tuple(words)


@cache
def typed() -> frozenset[Words]:
    """The words of every call of the program by any test."""
    modules = [path.read_text(encoding="utf-8") for path in (CHECKOUT / "tests").rglob("test_*.py")]
    return frozenset([words for text in modules for words in of_module(text)] + [*of_pages()])


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_is_typed_by_a_test(path: Words) -> None:
    assert any(words[: len(path)] == path for words in typed()), f"no test types: ocf-agents {' '.join(path)}"


def test_a_command_that_no_test_types_is_found() -> None:
    calls = """
def say(*words): return typed("lab", *words)
def test_it(node): say("cut", "n1"); typed("list"); node.run(["ocf-agents", "drill", "list"])
"""
    assert {*of_module(calls)} >= {("lab", "cut", "n1"), ("list",), ("drill", "list")}
    assert ("lab", "heal") not in {*of_module(calls)}
