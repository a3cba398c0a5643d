"""OCF_TRACE_RA: which functions of the library an action went through, without any value."""

from __future__ import annotations

import os
import sys
import time

from ..lean import TYPE_CHECKING
from .parameters import Boolean

if TYPE_CHECKING:
    from types import FrameType

    from .context import Context

DIRECTORY = "/var/lib/heartbeat/trace_ra"


def begin(name: str, context: Context) -> None:
    """From now on calls and returns of library functions are appended to the trace file.

    The file is OCF_TRACE_FILE, or trace_file, or one per call below trace_dir, as the OCF shell
    functions do it. Where it cannot be written the action runs without a trace.
    """
    given = context.environment.get("OCF_TRACE_RA") or context.parameters.get("trace_ra", "")
    if not Boolean.spellings.get(given.lower(), False):
        return
    path = context.environment.get("OCF_TRACE_FILE") or context.parameters.get("trace_file")
    if not path:
        below = context.parameters.get("trace_dir") or context.environment.get("OCF_TRACE_DIR") or DIRECTORY
        stamp = time.strftime("%Y-%m-%d.%H:%M:%S")
        path = f"{below}/{name}/{context.instance}.{context.action}.{stamp}"
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        # Whoever reads a trace later reads it after this process has left through _exit.
        sink = open(path, "a", buffering=1, encoding="utf-8")  # noqa: SIM115  # open until the process ends
    except (OSError, ValueError):
        return
    depth = 0

    def note(frame: FrameType, event: str, _value: object) -> None:
        nonlocal depth
        source = frame.f_code.co_filename
        if "/ocf_agents/" not in source or event not in ("call", "return"):
            return
        place = f"{source.rpartition('/ocf_agents/')[2]}:{frame.f_lineno} {frame.f_code.co_name}"
        depth -= event == "return"
        try:
            print(f"{time.monotonic():.6f} {'  ' * depth}{event} {place}", file=sink)
        except (OSError, ValueError):
            sys.setprofile(None)
        depth += event == "call"

    sys.setprofile(note)
