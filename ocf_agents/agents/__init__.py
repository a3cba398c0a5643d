"""The agents: one module per project, declarations only."""

from __future__ import annotations

from ..lean import TYPE_CHECKING

if TYPE_CHECKING:
    from ..ocf.agent import Agent

PROVIDER = "openstack"
"""The directory of agents that the names of ours are in."""

COMPATIBLE = "-ra"
"""The suffix that agent names had in 2012."""

FORMER = "percona/mysql"
"""The provider and name of the MySQL agent of 2012."""


def find(name: str) -> type[Agent] | None:
    """The agent of this name or alias; only the module of its project is loaded."""
    project = name.partition("-")[0]
    if not project.isidentifier() or project.startswith("_"):
        return None
    path = f"{__name__}.{project}"
    try:
        module = __import__(path, fromlist=("AGENTS",))
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        return None
    agents: tuple[type[Agent], ...] = module.AGENTS
    for agent in agents:
        if name == agent.name or name in agent.aliases:
            return agent
    return None


def projects() -> list[str]:
    """The names of the modules beside this one."""
    from pathlib import Path

    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")


def everyone() -> list[type[Agent]]:
    """Every agent there is, by name."""
    modules = (__import__(f"{__name__}.{project}", fromlist=("AGENTS",)) for project in projects())
    return sorted((agent for module in modules for agent in module.AGENTS), key=lambda agent: agent.name)


def links(compatible: bool = False) -> list[str]:
    """Provider and name of every link that makes an agent; the names of 2012 only where they are wanted."""
    names = sorted(name for agent in everyone() for name in (agent.name, *agent.aliases))
    own = [f"{PROVIDER}/{name}" for name in names if compatible or not name.endswith(COMPATIBLE)]
    return own + [FORMER] * compatible
