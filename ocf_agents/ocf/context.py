"""What Pacemaker tells an agent: its environment as one typed object."""

from __future__ import annotations

from ..lean import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .clone import Clone
    from .notification import Notification

PARAMETER = "OCF_RESKEY_"
META = "CRM_meta_"


class Context:
    """One call of an agent. Whatever is absent or unreadable has the value that does no harm."""

    def __init__(self, action: str, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.action = action or environment.get("__OCF_ACTION", "")
        self.parameters = {
            key[len(PARAMETER) :]: value for key, value in environment.items() if key.startswith(PARAMETER)
        }

    def meta(self, name: str, default: str = "") -> str:
        """A meta value of Pacemaker, without the blanks that stand for an empty list."""
        return self.parameters.get(META + name, default).strip()

    def number(self, name: str, default: int = 0) -> int:
        """A meta value that is a whole number."""
        text = self.meta(name)
        return int(text) if text.isdigit() and text.isascii() and len(text) < 16 else default

    @property
    def instance(self) -> str:
        """The resource's name; unique clone instances keep their ":N"."""
        return self.environment.get("OCF_RESOURCE_INSTANCE", "")

    @property
    def resource(self) -> str:
        """The resource's name without a clone number."""
        name, colon, number = self.instance.rpartition(":")
        return name if colon and number.isdigit() else self.instance

    @property
    def depth(self) -> int:
        """OCF_CHECK_LEVEL: 0 the process; above 0 the service as well; 20 the deepest check."""
        level = self.environment.get("OCF_CHECK_LEVEL", "")
        return int(level) if level.isdigit() and level.isascii() and len(level) < 10 else 0

    @property
    def timeout(self) -> float:
        """Seconds that Pacemaker gives this action; 0 when it does not say."""
        return self.number("timeout") / 1000

    @property
    def interval(self) -> float:
        """Seconds between two recurring monitors; 0 for a probe and for every other action."""
        return self.number("interval") / 1000

    @property
    def probe(self) -> bool:
        """Whether this is a one-time monitor that asks what runs here, without expectations."""
        return self.action == "monitor" and self.number("interval") == 0

    @property
    def feature_set(self) -> tuple[int, ...]:
        """The cluster's crm_feature_set, for instance (3, 16, 1)."""
        parts = self.parameters.get("crm_feature_set", "").split(".")
        return tuple(int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 10)

    @property
    def node(self) -> str:
        """The node whose attributes are ours: inside a bundle it may be the host of the container."""
        if self.meta("container_attribute_target").lower() == "host" and self.meta("physical_host"):
            return self.meta("physical_host")
        return self.meta("on_node")

    @property
    def clone(self) -> Clone:
        """How the resource is cloned, and whether it is promotable."""
        from .clone import Clone

        return Clone.of(self)

    @property
    def notification(self) -> Notification:
        """What the cluster is about to do, or has just done."""
        from .notification import Notification

        return Notification.of(self)
