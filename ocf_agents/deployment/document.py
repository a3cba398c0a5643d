"""The file of a deployment: YAML of texts and mappings, whose lines are known, and whose faults are collected.

Only the composer of PyYAML is used, which knows the line of everything. Nothing becomes a number or a
truth value on the way: a password of digits, or a node called `no`, stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml.nodes import Node


class Absent(Exception):
    """PyYAML is not installed; the text says how to get it."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


@dataclass(frozen=True)
class Value:
    """A text in the file."""

    text: str
    line: int


@dataclass(frozen=True)
class Table:
    """A mapping in the file."""

    line: int
    entries: dict[str, Value | Table | Sequence] = field(default_factory=dict)

    def lines(self, name: str) -> int:
        """The line of an entry, or of the table where there is none."""
        return self.entries[name].line if name in self.entries else self.line


@dataclass(frozen=True)
class Sequence:
    """A list of texts in the file."""

    line: int
    items: tuple[Value, ...]


@dataclass
class Faults:
    """What is wrong so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        """One more; what is wrong for several at once is told once."""
        fault = Fault(line, text)
        if fault not in self.found:
            self.found.append(fault)

    def text(self, table: Table, name: str, default: str = "") -> str:
        """An entry that is a text."""
        found = table.entries.get(name)
        if found is None:
            return default
        if isinstance(found, Value):
            return found.text
        self.add(found.line, f"{name}: is to be one value")
        return default

    def table(self, table: Table, name: str) -> Table:
        """An entry that is a mapping; an empty one where there is none."""
        found = table.entries.get(name)
        if isinstance(found, Table):
            return found
        if found is not None and not (isinstance(found, Value) and not found.text):
            self.add(found.line, f"{name}: is to be a mapping of names and values")
        return Table(table.line if found is None else found.line)

    def texts(self, table: Table, without: tuple[str, ...] = ()) -> dict[str, str]:
        """All entries but some, as texts."""
        return {name: self.text(table, name) for name in table.entries if name not in without}

    def only(self, table: Table, names: tuple[str, ...], what: str) -> None:
        """Every entry has one of these names."""
        for name in table.entries:
            if name not in names:
                self.add(table.lines(name), f"{name}: {what} has no such entry; it has {', '.join(names)}")


def read(text: str, faults: Faults) -> Table | None:
    """The whole file, or None where a fault of its syntax keeps it from being read."""
    try:
        import yaml
    except ImportError:
        raise Absent(
            "PyYAML: not installed; install python3-yaml, or pip install ocf-agents[tools]"
        ) from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.add(mark.line + 1 if mark else 1, f"not YAML: {error.problem or error.context}")
        return None
    except yaml.YAMLError as error:
        faults.add(1, f"not YAML: {' '.join(str(error).split())}")
        return None
    found = Table(1) if root is None else plain(root, faults)
    if isinstance(found, Table):
        return found
    faults.add(found.line, "the file is to be a mapping of nodes, services and so on")
    return None


def plain(node: Node, faults: Faults, ancestors: tuple[int, ...] = ()) -> Value | Table | Sequence:
    """A node of the composer as a value of ours."""
    line = node.start_mark.line + 1
    kind = getattr(node, "id", "")
    if kind == "scalar":
        if not node.value.isprintable():
            faults.add(line, "a value holds a line break or another unprintable character")
        elif "'" in node.value and '"' in node.value:
            faults.add(line, "a value holds both sorts of quotes, which no tool can hand on")
        missing = node.tag.endswith(":null")
        return Value("" if missing else node.value, line)
    if id(node) in ancestors:
        faults.add(line, "an alias leads back to what it is in")
        return Table(line)
    within = (*ancestors, id(node))
    if kind == "sequence":
        items = [plain(one, faults, within) for one in node.value]
        for one in items:
            if not isinstance(one, Value):
                faults.add(one.line, "a list is to hold plain values")
        return Sequence(line, tuple(one for one in items if isinstance(one, Value)))
    return Table(line, dict(entries(node, faults, within)))


def entries(
    node: Node, faults: Faults, within: tuple[int, ...]
) -> Iterator[tuple[str, Value | Table | Sequence]]:
    """The entries of a mapping, each with the line of its name."""
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.id != "scalar":
            faults.add(line, "a name is to be a plain text")
            continue
        if key.value in seen:
            faults.add(line, f"{key.value}: is here a second time; the first is on line {seen[key.value]}")
            continue
        seen[key.value] = line
        found = plain(value, faults, within)
        yield key.value, found if isinstance(found, Value) else _moved(found, line)


def _moved(found: Table | Sequence, line: int) -> Table | Sequence:
    return Table(line, found.entries) if isinstance(found, Table) else Sequence(line, found.items)
