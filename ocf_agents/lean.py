"""Records and type variables that cost a monitor nothing.

A type checker sees dataclasses and `typing`; the interpreter, for which both are dearer than
everything else a monitor does, sees the few lines below.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any, Generic, TypeVar

    from typing_extensions import dataclass_transform

    T = TypeVar("T")

    @dataclass_transform(frozen_default=True)
    class Record:
        """An immutable value with named fields, compared by them."""

        def __init__(self, *values: Any, **named: Any) -> None: ...

else:
    T = None

    class Generic:
        def __class_getitem__(cls, _variables):
            return cls

    class Record:
        _fields = ()

        def __init_subclass__(cls, **options):
            super().__init_subclass__(**options)
            own = tuple(
                name
                for name, kind in cls.__dict__.get("__annotations__", {}).items()
                if not kind.startswith("ClassVar")
            )
            cls._fields = cls._fields + tuple(name for name in own if name not in cls._fields)

        def __init__(self, *values, **named):
            fields = self._fields
            if len(values) > len(fields) or not named.keys() <= set(fields[len(values) :]):
                raise TypeError(f"{type(self).__name__}{fields}: got {values} and {named}")
            given = dict(zip(fields, values))
            given.update(named)
            for name in fields:
                if name not in given and not hasattr(type(self), name):
                    raise TypeError(f"{type(self).__name__} needs {name}")
            self.__dict__.update(given)

        def __setattr__(self, name, _value):
            raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

        def _values(self):
            return tuple(getattr(self, name) for name in self._fields)

        def __eq__(self, other):
            return type(self) is type(other) and self._values() == other._values()

        def __hash__(self):
            return hash(self._values())

        def __repr__(self):
            told = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._fields)
            return f"{type(self).__name__}({told})"


__all__ = ["TYPE_CHECKING", "Generic", "Record", "T"]
