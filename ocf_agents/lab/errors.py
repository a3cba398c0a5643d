"""The one failure that the lab raises."""

from __future__ import annotations


class LabError(Exception):
    """The lab cannot do what was asked; the text is one line: the thing, the fact, the way out."""
