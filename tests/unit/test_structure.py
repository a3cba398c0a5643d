"""The house keeps its order: layers, sizes, names, and a text for everything."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from support.each import each

from ocf_agents.agents import COMPATIBLE, everyone, find

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE = CHECKOUT / "ocf_agents"
LAYERS = {
    "lean": 1, "": 1, "system": 2, "ocf": 3, "kinds": 4, "mysql": 4, "render": 4, "agents": 5,
    "cib": 6, "lab": 6, "main": 6, "deployment": 7, "advice": 7, "inspection": 7, "drill": 8,
    "readiness": 8, "cli": 9, "__main__": 9,
}  # fmt: skip
SOURCES = sorted(PACKAGE.rglob("*.py"))
TEXTS = [
    path
    for folder in ("ocf_agents", "tests", "bin", "bench")
    for path in sorted((CHECKOUT / folder).rglob("*.py"))
]


def named(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


each_source = each(SOURCES, named)
each_text = each(TEXTS, named)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All of a file's syntax; to walk it costs more than to look at what is there."""
    return list(ast.walk(tree(path)))


def package_of(module: str) -> str:
    """The part of the house that a module is in; the top itself is the empty name."""
    return [*module.split("."), ""][1]


def module_of(path: Path) -> str:
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path: Path) -> list[str]:
    """The full names of what a file imports, wherever in it."""
    parts = path.relative_to(CHECKOUT).with_suffix("").parts
    found: list[str] = []
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parts[: len(parts) - node.level] if node.level else ()
            base = ".".join((*above, *([node.module] if node.module else [])))
            found += (f"{base}.{alias.name}" for alias in node.names) if base == "ocf_agents" else (base,)
    return found


@each_source
def test_imports_only_point_down(path: Path) -> None:
    # Whatever package a __main__ is of, it is an entry, and stands above all that it calls.
    here = "__main__" if path.stem == "__main__" else package_of(module_of(path))
    for name in imports(path):
        if name.split(".")[0] != "ocf_agents":
            continue
        there = package_of(name)
        if there not in LAYERS:
            assert package_of(name) == "__version__", name
            continue
        below = LAYERS[there] < LAYERS[here] or there == here
        # The operator's command drives the lab and runs agents; nothing imports the command.
        assert below or (here in ("cli", "__main__") and there in ("lab", "main", "cli")), (
            f"{here} imports {name}"
        )


@each_source
def test_only_the_operators_command_imports_click(path: Path) -> None:
    if "cli" not in path.parts:
        assert "click" not in {name.split(".")[0] for name in imports(path)}


@each_text
def test_files_are_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    limit = 300 if "tests" not in path.parts else 450
    assert lines <= limit, f"{lines} lines"


@each_source
def test_functions_are_short(path: Path) -> None:
    for node in nodes(path):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            assert lines <= 40, f"{node.name} has {lines} lines"


@each_source
def test_the_environment_is_read_in_one_place(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if parts[0] in ("cli", "drill", "lab", "render") or parts == ("main.py",):
        return
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
            assert not isinstance(node.value, ast.Name) or node.value.id not in ("os", "posix"), node.lineno
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "posix"):
            assert not {"environ", "getenv"} & {alias.name for alias in node.names}, node.lineno


@each_source
def test_no_shell_is_ever_asked(path: Path) -> None:
    for node in nodes(path):
        if isinstance(node, ast.keyword) and node.arg == "shell":
            raise AssertionError(f"line {node.value.lineno}")
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("os", "posix")
        ):
            assert node.attr not in ("system", "popen"), node.lineno


@each_text
def test_names_say_what_a_thing_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in (path.stem, *re.findall(r"^\s*(?:class|(?:async )?def) (\w+)", text, re.MULTILINE)):
        words = name.lower()
        assert not [vague for vague in ("util", "helper", "manager") if vague in words], name


AGENTS = everyone()
each_agent = each(AGENTS, lambda agent: agent.name)


@each_agent
def test_everything_of_an_agent_has_a_text(agent: object) -> None:
    assert agent.__doc__
    assert agent.summary  # type: ignore[attr-defined]
    for name, parameter in agent.parameters.items():  # type: ignore[attr-defined]
        assert parameter.summary, name
        assert parameter.detail.endswith((".", ")")), f"{name}: a sentence"
        assert name.isidentifier(), name
    for name in agent.actions:  # type: ignore[attr-defined]
        assert getattr(agent, name.replace("-", "_")).__doc__, name


def test_every_agent_is_found_by_its_names_and_lives_in_its_projects_module() -> None:
    for agent in AGENTS:
        assert agent.__module__ == f"ocf_agents.agents.{agent.name.partition('-')[0]}"
        for name in (agent.name, *agent.aliases):
            assert find(name) is agent
    for name in ("", "keystone-", "key", "-", "keystone.", "os", "../keystone", "Keystone"):
        assert find(name) is None, name


def test_every_agent_has_its_link_and_no_link_is_left_over() -> None:
    links = {path.name: str(path.readlink()) for path in (CHECKOUT / "bin").iterdir() if path.is_symlink()}
    names = {name for agent in AGENTS for name in (agent.name, *agent.aliases)}
    shown = {name for name in names if not name.endswith(COMPATIBLE)}
    assert links == dict.fromkeys(shown, "agent"), "the names of 2012 are installed on demand only"


def test_every_agent_has_its_meta_data_and_no_file_is_left_over() -> None:
    files = {path.stem for path in (CHECKOUT / "metadata").glob("*.xml")}
    assert files == {name for agent in AGENTS for name in (agent.name, *agent.aliases)}


@each_agent
def test_recurring_monitors_differ_in_their_intervals(agent: object) -> None:
    monitors = agent.actions["monitor"]  # type: ignore[attr-defined]
    assert len({one.interval for one in monitors}) == len(monitors)
    assert all(one.timeout > 0 for several in agent.actions.values() for one in several)  # type: ignore[attr-defined]


def test_every_test_module_has_a_name_of_its_own() -> None:
    names = [path.name for path in (CHECKOUT / "tests").rglob("test_*.py")]
    assert sorted(set(names)) == sorted(names)


def test_the_picture_and_the_table_of_the_layers_have_every_package_in_its_place() -> None:
    packages = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    picture = (CHECKOUT / "docs/images/layers.svg").read_text(encoding="utf-8")
    table = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for text, shown in ((picture, r">(\w+)/<"), (table, r"`(\w+)/`")):
        names = [name for name in re.findall(shown, text) if name in LAYERS]
        assert set(names) == packages
        levels = [LAYERS[name] for name in dict.fromkeys(names)]
        assert levels == sorted(levels, reverse=True), names
