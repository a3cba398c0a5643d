"""`make model`: the same searches as in continuous integration, much further."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from model_campaigns import CAMPAIGNS, DEEPER
from model_search import Found


def main(times: int) -> int:
    """0 if nothing was found; else 1, with the shortest way there on the screen."""
    failed = 0
    for name, campaign in CAMPAIGNS.items():
        began = time.monotonic()
        try:
            search = campaign.search(times)
        except Found as found:
            failed = 1
            print(f"{name}:{found}\n", flush=True)
            continue
        seconds = time.monotonic() - began
        print(
            f"{name}: {len(search.parents):,} states in {seconds:.0f} s, "
            f"every course of {search.depth} events: nothing found",
            flush=True,
        )
    return failed


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else DEEPER))
