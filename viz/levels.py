"""Levels of detail: which calls are drawn as circles, and which vanish in a module's box."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from autodiff.modes import Scope
from viz.tracing.trace import Call, Quantity


@dataclass(eq=False, slots=True)
class Box:
    """One entry into a module, drawn as one box.

    Attributes
    ----------
    scope : Scope
        The entry.
    calls : list of Call
        All that happened in it.
    """

    scope: Scope
    calls: list[Call] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the module around calls it; empty for a whole model."""
        return self.scope.name.rpartition(":")[0]

    @property
    def type(self) -> str:
        """What kind of module it is."""
        return self.scope.name.rpartition(":")[2]

    def parameters(self) -> list[Quantity]:
        """The parameters that it uses, each once."""
        used = (operand.quantity for call in self.calls for operand in call.operands)
        return list(dict.fromkeys(q for q in used if q.kind == "parameter"))


Unit: TypeAlias = Call | Box
"""What becomes one vertex."""


def units(calls: list[Call], modules: bool, depth: int | None) -> dict[Call, Unit]:
    """The unit of each call.

    Parameters
    ----------
    calls : list of Call
        In the order in which they were made.
    modules : bool
        Whether the innermost modules are boxes.
    depth : int, optional
        How many levels of modules are opened; what lies deeper is in a box. With 0 the whole
        model is one box. All by default.
    """
    outer = {ancestor for call in calls for ancestor in chain(call.scope)[:-1]}
    boxes: dict[Scope, Box] = {}
    made: dict[Call, Unit] = {}
    for call in calls:
        scopes = chain(call.scope)
        if depth is not None and len(scopes) > depth:
            scope = scopes[depth]
        elif modules and scopes and scopes[-1] not in outer:
            scope = scopes[-1]
        else:
            made[call] = call
            continue
        box = boxes.setdefault(scope, Box(scope))
        box.calls.append(call)
        made[call] = box
    return made


def open_scopes(unit: Unit) -> list[Scope]:
    """The scopes around a unit, outermost first: those that are drawn as groups."""
    scopes = chain(unit.scope)
    return scopes[:-1] if isinstance(unit, Box) else scopes


def chain(scope: Scope | None) -> list[Scope]:
    """A scope and all those around it, outermost first."""
    scopes = []
    while scope is not None:
        scopes.append(scope)
        scope = scope.parent
    return scopes[::-1]
