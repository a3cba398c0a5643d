"""The base of every agent: a class declares, an instance serves one call."""

from __future__ import annotations

from ..lean import TYPE_CHECKING
from .actions import action
from .codes import Misconfigured, Unimplemented
from .deadline import Deadline
from .parameters import Parameter

if TYPE_CHECKING:
    from typing import Any, ClassVar

    from ..system.host import Host
    from .actions import Action
    from .context import Context
    from .log import Log

FUNCTION = type(lambda: None)


class Agent:
    """A resource agent. Its docstring is the long description that operators read."""

    name: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    aliases: ClassVar[tuple[str, ...]] = ()
    parameters: ClassVar[dict[str, Parameter[Any]]] = {}
    actions: ClassVar[dict[str, tuple[Action, ...]]] = {}

    def __init_subclass__(
        cls,
        name: str = "",
        summary: str = "",
        aliases: tuple[str, ...] = (),
        without: tuple[str, ...] = (),
        **defaults: object,
    ) -> None:
        cls.name, cls.summary, cls.aliases = name, summary, aliases
        cls.collect()
        for key in without:
            del cls.parameters[key]
        for key, default in defaults.items():
            if key not in cls.parameters:
                raise TypeError(f"{cls.__name__} has no parameter {key!r}")
            cls.parameters[key] = cls.parameters[key].but(default)
            setattr(cls, key, cls.parameters[key])

    @classmethod
    def collect(cls) -> None:
        """`parameters` and `actions` hold what the class and its bases declare, bases first."""
        parameters: dict[str, Parameter[Any]] = {}
        actions: dict[str, tuple[Action, ...]] = {}
        for base in reversed(cls.__bases__):
            parameters.update(getattr(base, "parameters", {}))
            actions.update(getattr(base, "actions", {}))
        for key, member in vars(cls).items():
            if isinstance(member, Parameter):
                parameters[key] = member
            elif type(member) is FUNCTION and hasattr(member, "actions"):
                actions[member.actions[0].name] = member.actions
        cls.parameters, cls.actions = parameters, actions

    def __init__(self, context: Context, host: Host, log: Log) -> None:
        self.context = context
        self.host = host
        self.log = log
        advertised = self.actions.get(context.action)
        self.deadline = Deadline(host, context.timeout or (advertised[0].timeout if advertised else 20))

    @action(timeout=10)
    def validate_all(self) -> None:
        """Check the parameters, and at OCF_CHECK_LEVEL 10 also this host."""
        self.check_parameters()
        if self.context.depth >= 10:
            self.check_host()

    @action(timeout=5)
    def meta_data(self) -> None:
        """Print what this agent is, in XML."""
        raise Unimplemented("meta-data is served from its file, before any agent is made")

    def check_parameters(self) -> None:
        """Every required parameter is given and every given one makes sense, or Misconfigured."""
        for key, parameter in self.parameters.items():
            if parameter.given(self):
                getattr(self, key)
            elif parameter.required:
                raise Misconfigured(f"{key}: this parameter is required; set it")

    def check_host(self) -> None:
        """This host has what the service needs, or the failure that says what it lacks."""


Agent.collect()
