"""Where log lines go, and what happens when they cannot go there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ocf_agents.ocf.log import Log, one_line

if TYPE_CHECKING:
    from pathlib import Path


def log(**environment: str) -> Log:
    """The log of a call with this environment."""
    return Log("keystone", {"OCF_RESOURCE_INSTANCE": "p_keystone", **environment})


def test_without_a_sink_lines_go_to_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    log().error("it broke")
    assert capfd.readouterr().err == "ERROR: it broke\n"


def test_a_log_file_gets_a_line_with_name_time_and_severity(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log"
    diary = log(HA_LOGFILE=str(path))
    diary.info("first")
    diary.warning("second")
    first, second = path.read_text().splitlines()
    assert first.startswith("keystone(p_keystone)[")
    assert first.endswith("INFO: first")
    assert second.endswith("WARNING: second")
    assert capfd.readouterr().err == ""


def test_a_debug_log_gets_everything_and_a_log_file_no_debugging(tmp_path: Path) -> None:
    main, debug = tmp_path / "log", tmp_path / "debug"
    diary = log(HA_LOGFILE=str(main), HA_DEBUGLOG=str(debug), HA_debug="1")
    diary.info("news")
    diary.debug("detail")
    assert [line.split("INFO")[0] != line for line in main.read_text().splitlines()] == [True]
    assert len(debug.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("", False),
        ("0", False),
        ("1", True),
        ("2", True),
        ("garbage", False),
        ("-1", False),
        ("²", False),
        ("9" * 5000, True),
    ],
)
def test_debugging_is_on_above_level_zero(level: str, told: bool, capfd: pytest.CaptureFixture[str]) -> None:
    log(HA_debug=level).debug("detail")
    assert (capfd.readouterr().err == "DEBUG: detail\n") is told


@pytest.mark.parametrize("path", ["/nonexistent/x", "/", "", "relative\0nul", "/dev/full", "/proc/version"])
def test_a_log_file_that_cannot_be_written_is_passed_over(path: str) -> None:
    log(HA_LOGFILE=path, HA_DEBUGLOG=path).error("it broke")


def test_a_fifo_that_nobody_reads_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    log(HA_LOGFILE=str(path)).error("it broke")
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for _ in range(300):
            log(HA_LOGFILE=str(path)).error("x" * 400)
        assert b"ERROR" in os.read(reader, 1000)
    finally:
        os.close(reader)


@pytest.mark.parametrize(
    "facility", ["daemon", "local7", "garbage", "pid", "LOG_ERR", "ä", "\udcff", "x\0y", " "]
)
def test_no_facility_is_too_strange(facility: str, capfd: pytest.CaptureFixture[str]) -> None:
    log(HA_LOGFACILITY=facility, HA_debug="1").debug("from a unit test of ocf_agents")
    assert capfd.readouterr().err == ""


def test_the_facility_none_is_no_sink(capfd: pytest.CaptureFixture[str]) -> None:
    log(HA_LOGFACILITY="none").info("news")
    assert capfd.readouterr().err == "INFO: news\n"


def test_a_line_is_one_line_and_no_longer_than_one_reads() -> None:
    assert one_line("a\nb\r\tc\x1b[0m") == "a b  c [0m"
    assert one_line(" a \n") == "a"
    assert len(one_line("x" * 10_000)) == 500
    assert one_line("x" * 10_000).endswith("...")
    assert len(one_line("\n" * 400 + "x" * 10_000)) <= 500
    assert one_line("ö\udcff") == "ö"


def test_the_exit_reason_is_one_line_behind_its_prefix(capfd: pytest.CaptureFixture[str]) -> None:
    log().reason("a\nb")
    log(OCF_EXIT_REASON_PREFIX="reason: ").reason("c")
    assert capfd.readouterr().err == "ocf-exit-reason:a b\nreason: c\n"


def test_the_tag_can_be_given() -> None:
    assert log(HA_LOGTAG="mine").tag == "mine"
    assert log().tag == f"keystone(p_keystone)[{os.getpid()}]"
