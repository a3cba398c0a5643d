"""The blocks of code in the documentation, and how each is to be tried.

The comment before a block says it, and no reader of the page sees it:

    <!-- run -->         the commands are run on this machine, beside the page's files
    <!-- lab -->         the same, with a lab of the page's own, so as root
    <!-- node -->        they are run in a node, on a cluster configuration of the page's own
    <!-- cluster -->     they are run in a node of a cluster that runs MySQL and Keystone
    <!-- cluster: SO --> the same, after the test has made it so (tests/cluster/situations.py)
    <!-- machine -->     they are run on a machine of their own that systemd has booted
    <!-- make -->        make knows what it would do
    <!-- plan -->        it takes many minutes, and --plan shows what it would do
    <!-- file NAME -->   the block is a file that later commands of the page read
    <!-- skip: WHY -->   they cannot be run by a test

After ", until it says so" a command is repeated until its output is the shown one; what goes on for
ever is ended as Ctrl-C does after ", until Ctrl-C".
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Callable

if TYPE_CHECKING:
    from subprocess import CompletedProcess

CHECKOUT = Path(__file__).resolve().parents[2]
KINDS = ("run", "lab", "node", "cluster", "machine", "make", "plan", "file", "skip")
UNTIL = ", until it says so"
INTERRUPTED = ", until Ctrl-C"
PATIENCE = 120
"""Seconds that a command may take, or be repeated for."""
LOOK = "timeout --preserve-status --signal=INT 8"
"""What ends a command as Ctrl-C does, when it has had time to show something."""
PROMPT = re.compile(r"[#$] ")
FENCE = re.compile(r"( *)```(\w*)$")
COMMENT = re.compile(r" *<!-- (.+) -->$")


@dataclass(frozen=True)
class Command:
    """What is typed, and what the page shows below it."""

    text: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    marker: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def kind(self) -> str:
        """How the block is tried."""
        return re.split(r"[ :,]", self.marker)[0]

    @property
    def until(self) -> bool:
        """Whether commands are repeated until they show what the page shows."""
        return self.marker.endswith(UNTIL)

    @property
    def interrupted(self) -> bool:
        """Whether commands go on until somebody ends them."""
        return self.marker.endswith(INTERRUPTED)

    @property
    def rest(self) -> str:
        """The name of the file, what is so before, or the reason."""
        return self.marker.removesuffix(UNTIL).removesuffix(INTERRUPTED)[len(self.kind) :].lstrip(": ")

    @property
    def text(self) -> str:
        """The block as a file."""
        return "\n".join(self.lines) + "\n"

    def commands(self) -> list[Command]:
        """What is typed in the block; a backslash at its end continues a line."""
        found: list[tuple[list[str], list[str]]] = []
        typing = False
        for line in self.lines:
            if PROMPT.match(line):
                found.append(([line[2:]], []))
            elif typing:
                found[-1][0].append(line)
            elif found:
                found[-1][1].append(line)
            else:
                raise ValueError(f"{self}: the block does not begin with a prompt")
            typing = line.endswith("\\") and (typing or bool(PROMPT.match(line)))
        return [Command("\n".join(typed), tuple(shown)) for typed, shown in found]


def pages() -> list[Path]:
    """Everything that people read, but the decisions and what is generated."""
    own = [
        path
        for path in (CHECKOUT / "docs").rglob("*.md")
        if path.parent.name not in ("decisions", "reference")
    ]
    return [CHECKOUT / "README.md", CHECKOUT / "CONTRIBUTING.md", *sorted(own)]


def blocks_of(path: Path) -> list[Block]:
    """The fenced blocks of a page."""
    page = str(path.relative_to(CHECKOUT))
    found: list[Block] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    start, indent, language, marker = -1, "", "", ""
    for number, line in enumerate(lines):
        fence = FENCE.match(line)
        if fence and start < 0:
            start, (indent, language) = number, fence.groups()
            above = COMMENT.match(lines[number - 1])
            marker = above[1] if above else ""
        elif fence:
            body = tuple(one.removeprefix(indent) for one in lines[start + 1 : number])
            found.append(Block(page, start + 1, language, marker, body))
            start = -1
    return found


def blocks() -> list[Block]:
    """All blocks of all pages."""
    return [block for page in pages() for block in blocks_of(page)]


def shows(output: str, shown: tuple[str, ...]) -> bool:
    """Whether the shown lines are in the output, in this order; `...` stands for anything."""
    rest = iter(plain(line) for line in output.splitlines())
    for line in filter(None, map(plain, shown)):
        pattern = re.compile(".*".join(map(re.escape, line.split("..."))))
        if not any(pattern.fullmatch(one) for one in rest):
            return False
    return True


def follow(block: Block, command: Command, type_in: Callable[[str], CompletedProcess[str]]) -> None:
    """The command, typed so, has succeeded, and has shown what the page shows."""
    deadline = time.monotonic() + PATIENCE
    while True:
        done = type_in(f"{LOOK} {command.text}" if block.interrupted else command.text)
        if done.returncode == 0 and shows(done.stdout, command.shown):
            return
        said = f"{block}: {command.text}\nends with {done.returncode} and says:\n{done.stdout}{done.stderr}"
        assert block.until, said
        assert time.monotonic() < deadline, said
        time.sleep(0.5)


def plain(line: str) -> str:
    """A line without colours, its spaces made single."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", line).split())
