"""Texts as others write them, and what can become of them on the way."""

from __future__ import annotations

import os
from typing import Any, Callable

from hypothesis import settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
fuzzed = settings(max_examples=EXAMPLES, derandomize="FUZZ_EXAMPLES" not in os.environ)
"""A few examples, always the same; `make fuzz` draws many, and others each time."""

ODD = st.sampled_from(
    ["", " ", "\n", "\r\n", "\0", "-", "-1", "0", "²", "٣", "9" * 30, "9" * 5000, "1e9", "0x1", "NULL", "None",
     "%s", "${x}", "'", '"', "&quot;", "&#0;", ":", ";", "=", ",", "|", "/", "..", "\x1b[31m", "\udcff", "\u2028",
     "\ufeff", "é", "😀", "[", "]", "{", "}", "<", ">", "true", "ON", "\\", "\t"]
)  # fmt: skip
"""What breaks parsers."""
CHARACTERS = st.characters(exclude_categories=())
ANYTHING = st.one_of(st.text(CHARACTERS, max_size=60), st.lists(ODD, max_size=6).map("".join))


@st.composite
def spoilt(draw: st.DrawFn, *samples: str) -> str:
    """A good text with pieces cut out, put in, doubled, or cut off at the end."""
    text = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 4))):
        first, last = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        how = draw(st.sampled_from(("insert", "replace", "cut", "double", "end")))
        if how == "insert":
            text = text[:first] + draw(ODD) + text[first:]
        elif how == "replace":
            text = text[:first] + draw(st.one_of(ODD, ANYTHING)) + text[last:]
        elif how == "cut":
            text = text[:first] + text[last:]
        elif how == "double":
            text = text[:last] + text[first:]
        else:
            text = text[:first]
    return text


def told(call: Callable[[], Any], *refusals: type[Exception]) -> tuple[Any, str]:
    """What a call returns; or None, and the words with which it refused, of which there must be some."""
    try:
        return call(), ""
    except refusals as refused:
        if not str(refused):
            raise
        return None, str(refused)


def texts(*samples: str) -> st.SearchStrategy[str]:
    """Mostly spoilt ones of these; also anything else."""
    return st.one_of(spoilt(*samples), spoilt(*samples), ANYTHING)


def raw(*samples: str) -> st.SearchStrategy[bytes]:
    """The same as bytes, and bytes that are no text."""
    return st.one_of(
        texts(*samples).map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=60)
    )
