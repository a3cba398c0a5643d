"""What the pages claim of the drills is what the record of the last soak shows."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from ocf_agents.drill.session import CATALOGUE
from ocf_agents.drill.verdict import faults_of, person

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROMOTION = (DOCS / "explanation/promotion.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rounds() -> list[dict[str, Any]]:
    record = json.loads((DOCS / "drills/soak.json").read_text(encoding="utf-8"))
    assert (record["seed"], record["nodes"], record["fencing"]) == (1, 2, True)
    return record["rounds"]  # type: ignore[no-any-return]  # as cli.drill writes it


def test_every_round_of_the_soak_is_on_record_once(rounds: list[dict[str, Any]]) -> None:
    assert [one["round"] for one in rounds] == [*range(1, 201)]


def test_the_soak_is_told_with_its_figures(rounds: list[dict[str, Any]]) -> None:
    confirmed = sum(one["confirmed"] for one in rounds)
    lost = sum(number for one in rounds for number in one["lost"].values() if number)
    writable = sum(one["two_writable_s"] for one in rounds)
    failed = sum(bool(faults_of(one)) for one in rounds)
    asking = sum(bool(person(one)) for one in rounds)
    told = (
        f"{len(rounds)} rounds, {confirmed:,} confirmed writes: {lost} lost, {writable:.0f} s with two writable "
        f"servers, {failed} rounds failed, {asking} asked for a person."
    )
    assert told in " ".join(PROMOTION.split())


@pytest.mark.parametrize("name", CATALOGUE)
def test_each_fault_is_told_with_its_outages(rounds: list[dict[str, Any]], name: str) -> None:
    outages = [one["outage_ms"] / 1000 for one in rounds if one["faults"] == [name]]
    if not outages:
        assert f"`{name}`" not in PROMOTION.partition("| fault |")[2].partition("\n\n")[0]
        return
    row = f"| `{name}` | {len(outages)} | {median(outages):.1f} s | {max(outages):.1f} s |"
    assert row in PROMOTION
