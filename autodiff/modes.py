"""How operations are recorded just now: on or off, fused or in primitives, and in which scope.

The modes live in a context variable, so each thread and each asynchronous task has its own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol, Self, TypeVar

_T = TypeVar("_T")


class Scope:
    """A named part of a graph: one entry into ``scope(name)``.

    Two entries under the same name are two instances, so that the two uses of a shared
    layer stay apart.

    Attributes
    ----------
    name : str
        The name given.
    parent : Scope or None
        The scope around this one.
    """

    __slots__ = ("name", "parent")

    def __init__(self, name: str, parent: Scope | None) -> None:
        self.name = name
        self.parent = parent

    @property
    def path(self) -> str:
        """The names from the outermost scope to this one, joined by dots."""
        names = []
        scope: Scope | None = self
        while scope is not None:
            names.append(scope.name)
            scope = scope.parent
        return ".".join(reversed(names))

    def __repr__(self) -> str:
        return f"Scope({self.path})"


class Occurrences(Protocol):
    """What happens once, though the function in which it happens is run again."""

    def once(self, compute: Callable[[], _T]) -> _T:
        """What `compute` gives, now or the first time."""


class Modes:
    """What differs from plain recording. ``None`` stands for "nothing does".

    Parameters
    ----------
    previous : Modes or None
        What holds now. The new modes are like it, until who made them changes something and
        puts them in force; never after.

    Attributes
    ----------
    recording, primitives, anomaly : bool
        Whether operations are recorded, as their definitions, and looked through.
    scope : Scope or None
        What recorded operations belong to.
    occurrences : Occurrences or None
        What happens once where a function is run again.
    previous : Modes or None
        What held before: kept here and not with the block that was entered, so that one block
        may be entered by several threads and tasks.
    """

    # No dataclass: modes are made at every call of a module.
    __slots__ = ("anomaly", "occurrences", "previous", "primitives", "recording", "scope")

    scope: Scope | None
    occurrences: Occurrences | None

    def __init__(self, previous: Modes | None = None) -> None:
        self.previous = previous
        if previous is None:
            self.recording = True
            self.primitives = self.anomaly = False
            self.scope = self.occurrences = None
        else:
            self.recording = previous.recording
            self.primitives = previous.primitives
            self.anomaly = previous.anomaly
            self.scope = previous.scope
            self.occurrences = previous.occurrences


modes: ContextVar[Modes | None] = ContextVar("modes", default=None)


class _Entered:
    """A change of modes for the time of a ``with`` block; may be entered again, and nested."""

    __slots__ = ()

    def _change(self, new: Modes) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        new = Modes(modes.get())
        self._change(new)
        modes.set(new)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        entered = modes.get()
        assert entered is not None
        modes.set(entered.previous)


class no_grad(_Entered):
    """Within ``with no_grad():`` operations compute and record nothing."""

    __slots__ = ()

    def _change(self, new: Modes) -> None:
        new.recording = False


class recording(_Entered):
    """Within ``with recording():`` operations are recorded, also inside ``no_grad()``.

    For derivatives of functions, which are asked for as values.
    """

    __slots__ = ()

    def _change(self, new: Modes) -> None:
        new.recording = True


class primitives(_Entered):
    """Within ``with primitives():`` fused operations record their definitions.

    Sigmoid, say, is then recorded as the lectures draw it: ×(−1), exp, +1, 1/x.
    """

    __slots__ = ()

    def _change(self, new: Modes) -> None:
        new.primitives = True


class detect_anomaly(_Entered):
    """Within ``with detect_anomaly():`` the first NaN or infinity raises, forward or backward.

    The FloatingPointError says which operation gave it, in which scope, from which shapes,
    and the line of the program that recorded it. An infinity that a constant puts in, as −∞ in a
    mask, is meant, and is not an error. That line is also shown with any error
    that a rule raises in a later walk. For finding a fault: every result is looked through.
    """

    __slots__ = ()

    def _change(self, new: Modes) -> None:
        new.anomaly = True


class scope(_Entered):
    """Within ``with scope(name):`` recorded operations belong to the part of that name.

    Parameters
    ----------
    name : str
        How diagrams and errors call the part.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> Self:
        # As the others do it, without a call in between: every call of a module enters a scope.
        new = Modes(modes.get())
        new.scope = Scope(self.name, new.scope)
        modes.set(new)
        return self
