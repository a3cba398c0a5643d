"""What a look at a node comes to: one line for each thing."""

from __future__ import annotations

from dataclasses import dataclass

OK, WARNING, FAULT = "ok", "warning", "fault"


@dataclass(frozen=True)
class Line:
    """One thing that was looked at; the remedy is empty where all is well."""

    status: str
    subject: str
    fact: str
    remedy: str = ""


def ok(subject: str, fact: str) -> Line:
    """It is as it is to be."""
    return Line(OK, subject, fact)


def warning(subject: str, fact: str, remedy: str) -> Line:
    """It may do harm, or could not be looked at."""
    return Line(WARNING, subject, fact, remedy)


def fault(subject: str, fact: str, remedy: str) -> Line:
    """It keeps a service from working here."""
    return Line(FAULT, subject, fact, remedy)


def absent(subject: str, library: str, package: str, what: str) -> Line:
    """A library is not there, so that something was not looked at."""
    return warning(
        subject,
        f"{library} is not installed, so {what} was not looked at",
        f"install {package}, or pip install ocf-agents[tools]",
    )
