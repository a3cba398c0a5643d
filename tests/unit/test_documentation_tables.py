"""What tables in the documentation say of parameters is what the agents declare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from support.blocks import CHECKOUT
from test_services_table import OLD

from ocf_agents.agents import COMPATIBLE, everyone, find
from ocf_agents.ocf.parameters import Secret
from ocf_agents.render import facts

if TYPE_CHECKING:
    from ocf_agents.ocf.agent import Agent

HOW_TO = CHECKOUT / "docs/how-to"


def table(page: str, first: str) -> list[list[str]]:
    """The rows of the table of a page whose first heading this is, under their headings."""
    lines = (HOW_TO / page).read_text(encoding="utf-8").splitlines()
    rows: list[list[str]] = []
    for line in lines:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if rows and not line.strip().startswith("|"):
            return rows
        if rows or cells[0] == first:
            rows.append(cells)
    return rows


def agent(name: str) -> type[Agent]:
    found = find(name)
    assert found, name
    return found


def now(kind: type[Agent], name: str) -> str:
    """What became of a parameter, as the pages say it."""
    if name in kind.parameters:
        return "no effect" if facts.obsolete(kind.parameters[name]) else "the same"
    [today] = [key for key, one in kind.parameters.items() if name in one.aliases]
    return f"`{today}`"


def test_every_parameter_of_openstack_resource_agents_is_in_the_table_as_it_is() -> None:
    told: dict[tuple[str, str], str] = {}
    for parameter, agents, here in table("from-openstack-resource-agents.md", "parameter")[2:]:
        for name in agents.split(", "):
            told[name, parameter.strip("`")] = here
    wanted = {
        (name, parameter): now(agent(name), parameter)
        for name, parameters in OLD.items()
        if not name.endswith(COMPATIBLE)
        for parameter in parameters.split()
    }
    assert told == wanted


def test_every_parameter_of_prm_is_in_the_table_as_it_is() -> None:
    mysql = agent("mysql")
    told = {name.strip("`"): here for name, _, here in table("from-prm.md", "parameter")[2:]}
    for name, here in told.items():
        if name not in mysql.parameters:
            assert here == f"now {now(mysql, name)}", name
        elif facts.obsolete(mysql.parameters[name]):
            assert here == "no effect", name
        else:
            assert here.strip("`") == mysql.parameters[name].show(), name
    ours = {"durability", "writer_attribute", "writer_vip", "writer_vip_grace", "error_log"}
    ours |= {"reseed", "reseed_port"}
    assert set(mysql.parameters) - set(told) <= ours


def test_the_defaults_of_the_apis_are_the_declared_ones() -> None:
    heads, _, *rows = table("debian-uwsgi.md", "agent")
    names = [head.strip("`") for head in heads[1:]]
    assert {row[0] for row in rows} == {one.name for one in everyone() if "uwsgi" in one.parameters}
    for name, *cells in rows:
        for parameter, cell in zip(names, cells):
            assert cell.strip("`") == agent(name).parameters[parameter].show(), f"{name} {parameter}"


def test_every_secret_is_told() -> None:
    text = (HOW_TO / "secrets.md").read_text(encoding="utf-8")
    for one in everyone():
        for name, parameter in one.parameters.items():
            if isinstance(parameter, Secret):
                assert f"`{name}`" in text, f"{one.name} {name}"
                assert name == "os_password" or re.search(rf"\| {one.name} \|.*`{name}`", text)


def test_a_table_that_is_not_there_is_missed() -> None:
    with pytest.raises(ValueError, match="unpack"):
        _, _, *_ = table("drain.md", "parameter")


def test_the_readme_says_of_every_agent_what_it_was_run_against() -> None:
    rows = (line.split(" | ") for line in (CHECKOUT / "README.md").read_text(encoding="utf-8").splitlines())
    said = [re.sub(r" \([^)]*\)", "", row[0]).lstrip("| ") for row in rows if len(row) == 2]
    named = [name for names in said for name in names.split(", ")]
    for kind in everyone():
        assert named.count(kind.name) == 1, f"{kind.name} is not in one row of README's table"
