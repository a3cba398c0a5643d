"""Whether a server could lead as it is configured, from what it says of itself."""

from __future__ import annotations

LEAVES_OUT = (
    "Replicate_Do_DB", "Replicate_Ignore_DB", "Replicate_Do_Table", "Replicate_Ignore_Table",
    "Replicate_Wild_Do_Table", "Replicate_Wild_Ignore_Table", "Replicate_Do_Domain_Ids",
    "Replicate_Rewrite_DB", "Replicate_Ignore_Domain_Ids", "SQL_Delay",
)  # fmt: skip
"""Columns of a replica that is told to leave something out, or for later; empty or 0 in one that is not."""


def without_gtids(told: dict[str, str]) -> bool:
    """Whether the server's position is a place in a log."""
    return told.get("gtid_mode", "").upper() == "OFF"


def unfit(told: dict[str, str]) -> str:
    """Why a server cannot lead: its positions say too little, or it is told to leave something out or for later."""
    mode = told.get("gtid_mode", "ON").upper()
    if without_gtids(told):
        from .coordinates import lacking

        if lacking(told):
            return lacking(told)
    elif mode != "ON":
        return (
            f"has gtid_mode={mode}, with which it has GTIDs for some transactions only: go on to gtid_mode=ON "
            "and enforce_gtid_consistency=ON on every server, or back to OFF"
        )
    # Only a replica leaves out what it is told to: who has no source shows no filters, but this variable.
    names = (*LEAVES_OUT, "slave_skip_errors") if told.get("Master_Host") else LEAVES_OUT
    found = (f"{name.lower()}={told[name]}" for name in names if told.get(name, "") not in ("", "0", "OFF"))
    text = ", ".join(found)
    # Its position says that what it leaves out is here.
    return f"is told not to apply everything at once ({text}), so that it cannot take over" if text else ""
