"""Text as troff's man macros want it."""

from __future__ import annotations

import os
import textwrap
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from ... import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGE = "openstack-ocf-agents"
WIDTH = 78
SPECIAL = {"\\": "\\e", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti"}


def escaped(text: str) -> str:
    """The text as it stands; no character of it means something to troff."""
    return "".join(
        SPECIAL.get(one, one) if one.isascii() else f"\\[u{ord(one):04X}]" for one in text.replace("\t", " ")
    )


def literal(text: str) -> str:
    """The text as one types it, with minus signs instead of hyphens."""
    return escaped(text).replace("-", "\\-")


def protected(line: str) -> str:
    """The line, which is no request whatever it begins with."""
    return f"\\&{line}" if line.startswith((".", "'")) else line


def prose(text: str) -> list[str]:
    """One paragraph, filled."""
    return wrapped(escaped(text))


def wrapped(text: str) -> list[str]:
    """A text of troff's in lines that are not too long to read."""
    lines = textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)
    return [protected(line) for line in lines]


def paragraphs(text: str) -> list[str]:
    """Paragraphs that empty lines part."""
    parts = [part for part in text.strip().split("\n\n") if part.strip()]
    return [line for number, part in enumerate(parts) for line in ([".PP"] if number else []) + prose(part)]


def entry(term: str, *texts: str) -> list[str]:
    """A term in bold and, indented below it, paragraphs."""
    lines = [".TP", f"\\fB{literal(term)}\\fR"]
    for number, text in enumerate(filter(None, texts)):
        lines += ([".IP"] if number else []) + prose(text)
    return lines


def verbatim(lines: Iterable[str]) -> list[str]:
    """Lines as they stand, indented."""
    return [".PP", ".in +4n", ".nf", *(protected(literal(line)) for line in lines), ".fi", ".in"]


def page(name: str, section: int, summary: str, parts: dict[str, list[str]], *others: str) -> str:
    """A whole page; `others` are further names that whatis and apropos find it by."""
    names = ", ".join((name, *others))
    lines = [
        '.\\" Made from the declarations in ocf_agents; a change here is lost.',
        f'.TH {name.upper()} {section} "{date()}" "{PACKAGE} {__version__}" "OCF resource agents"',
        ".SH NAME",
        *wrapped(f"{literal(names)} \\- {escaped(summary)}"),
    ]
    for title, body in parts.items():
        lines += [f'.SH "{title}"', *body]
    return "\n".join(lines) + "\n"


def date() -> str:
    """The day that the page is of: the build's, if it says so, else today."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(told), timezone.utc) if told else datetime.now(timezone.utc)
    return f"{moment:%Y-%m-%d}"
