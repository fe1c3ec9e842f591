"""From a trace to the structure that is drawn: vertices, wires, labels, groups."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from autodiff.modes import Scope
from autodiff.typing import Array
from viz.inscriptions import Content, Inscriptions, quantity_label, sent_array
from viz.labels import Label, kind_label, rms, shape_label, visible
from viz.levels import Box, Unit, open_scopes, units
from viz.structure import NUMBER, Group, Structure, Use, Vertex, Wire
from viz.tracing import alarms
from viz.tracing.expressions import Expressions
from viz.tracing.naming import Names
from viz.tracing.trace import Call, Operand, Quantity, Trace


class Drawing:
    """Makes a structure of a trace.

    Parameters
    ----------
    made : Trace
        Named, and differentiated where the reverse pass is drawn.
    names : Names
        Of its quantities.
    expressions : Expressions or None
        Where they are to be written.
    content : Content
        What is to be written.
    modules, depth
        The level of detail; see `levels.units`.
    seeds : mapping of Quantity to array
        ∂L/∂root of the roots for which it is known.
    """

    def __init__(
        self,
        made: Trace,
        names: Names,
        expressions: Expressions | None,
        content: Content,
        modules: bool,
        depth: int | None,
        seeds: Mapping[Quantity, Array],
    ) -> None:
        self._seeds = seeds
        self._made = made
        self._names = names
        self._notes = [] if expressions is None else expressions.notes
        self._inscriptions = Inscriptions(content, expressions)
        self._content = content
        self._units = units(made.calls, modules, depth)
        self._alarms = alarms.find(made)
        self._structure = Structure()
        self._ids: set[str] = set()
        self._counts: dict[str, int] = {}
        self._vertices: dict[Unit | Quantity, Vertex] = {}
        self._groups: dict[Scope, int] = {}
        self._wires: dict[Quantity, Wire] = {}
        self._merged: dict[tuple[Quantity, Box], tuple[Use, list[Operand]]] = {}

    def structure(self) -> Structure:
        """The whole."""
        steps = self._steps()
        drawn: set[Unit] = set()
        for call in self._made.calls:
            unit = self._units[call]
            if unit not in drawn:
                drawn.add(unit)
                for part in unit.calls if isinstance(unit, Box) else [unit]:
                    for operand in part.operands:
                        self._draw_leaf(operand.quantity, unit)
                self._draw_unit(unit)
            for operand in call.operands:
                self._draw_use(operand, unit, steps.get(unit, 0))
        for use, operands in self._merged.values():
            use.gradient = self._inscriptions.gradient(operands)
            use.size = _size_of(sent_array(operands))
            use.flows = any(operand.flows for operand in operands) and self._content.backward
            use.step = use.step if use.flows else 0
        for root in self._made.roots:
            self._draw_root(root)
        structure = self._structure
        structure.wires = [wire for wire in self._wires.values() if wire.uses]
        structure.find_main()
        if self._content.backward:
            structure.notes.extend(note for note in self._notes if structure.mentions(note))
        structure.number_steps()
        return structure

    def _steps(self) -> dict[Unit, int]:
        """When the reverse pass comes to each unit; it begins at the roots with step 1."""
        steps: dict[Unit, int] = {}
        for call in reversed(self._made.calls):
            unit = self._units[call]
            if unit not in steps and any(operand.flows for operand in call.operands):
                steps[unit] = len(steps) + 2
        return steps

    # -- vertices -------------------------------------------------------------------------

    def _add(self, key: Unit | Quantity | None, vertex: Vertex) -> None:
        self._structure.vertices.append(vertex)
        if key is not None:
            self._vertices[key] = vertex

    def _id(self, text: str) -> str:
        """A name for DOT, which has no use for anything but letters, digits and underscores."""
        base = re.sub(r"\W+", "_", text).strip("_") or "vertex"
        identity = base
        while identity in self._ids:
            self._counts[base] = self._counts.get(base, 1) + 1
            identity = f"{base}_{self._counts[base]}"
        self._ids.add(identity)
        return identity

    def _draw_leaf(self, quantity: Quantity, unit: Unit) -> None:
        if quantity.call is not None or quantity in self._vertices:
            return
        if quantity.kind == "constant" and not self._content.constants:
            return
        if isinstance(unit, Box) and (quantity.kind == "parameter" or _is_number(quantity)):
            return  # the box speaks for them
        belongs = quantity.kind == "parameter" or _is_number(quantity)
        label = Label(quantity.name or "")
        if not quantity.name:
            label = quantity_label(quantity)
        vertex = Vertex(
            self._id(quantity.name or "constant"),
            "input" if quantity.kind == "result" else quantity.kind,
            label,
            # Data comes from outside; parameters and numbers belong to what uses them.
            group=self._group(open_scopes(unit)) if belongs else None,
            size=_size([quantity]),
            alarm=self._alarms.get(quantity, ""),
            signature=f"{NUMBER} {label}" if _is_number(quantity) else _likeness(quantity),
            tooltip=f"{quantity.kind} {kind_label(quantity.shape, quantity.dtype)}",
        )
        self._add(quantity, vertex)

    def _draw_unit(self, unit: Unit) -> None:
        group = self._group(open_scopes(unit))
        if isinstance(unit, Box):
            self._add(unit, self._box(unit, group))
            return
        vertex = Vertex(
            self._id(unit.op.name),
            "operation",
            Label(unit.op.symbol),
            group,
            _size(unit.results),
            self._alarms.get(unit, ""),
            f"{unit.op!r} {[result.shape for result in unit.results]}",
            _describe(unit),
        )
        self._add(unit, vertex)

    def _box(self, box: Box, group: int | None) -> Vertex:
        parameters = box.parameters()
        inside = set(box.calls)
        came_in = [
            operand.quantity
            for call in box.calls
            for operand in call.operands
            if operand.quantity.call not in inside
            and operand.quantity.kind != "parameter"
            and not _is_number(operand.quantity)
        ]
        given = shape_label(box.calls[-1].results[-1].shape)
        shapes = " → ".join([shape_label(came_in[0].shape), given]) if came_in else given
        lines = [box.type, shapes]
        count = sum(math.prod(parameter.shape) for parameter in parameters)
        if count:
            lines.append(f"{count:,} parameter{'s' if count > 1 else ''}")
        alarm = next(filter(None, (self._alarms.get(call, "") for call in box.calls)), "")
        title = f"{visible(box.name)}: {lines[0]}" if box.name else lines[0]
        return Vertex(
            self._id(box.scope.path.replace(":", "_")),
            "module",
            Label("\n".join([title, *lines[1:]])),
            group,
            _size(parameters) if parameters else _size(box.calls[-1].results),
            alarm,
            " ".join(lines),
            f"{box.scope.path}: {len(box.calls)} operations",
        )

    def _group(self, scopes: list[Scope]) -> int | None:
        """The group of the innermost of these scopes, made with all those around it."""
        parent = None
        for scope in scopes:
            if scope not in self._groups:
                self._groups[scope] = len(self._structure.groups)
                self._structure.groups.append(Group(visible(_title(scope)), parent))
            parent = self._groups[scope]
        return parent

    # -- wires ----------------------------------------------------------------------------

    def _wire(self, quantity: Quantity) -> Wire | None:
        """The wire that starts at a quantity; None where its tail is not drawn."""
        if quantity in self._wires:
            return self._wires[quantity]
        tail = self._units[quantity.call] if quantity.call is not None else quantity
        if tail not in self._vertices:
            return None
        gradient = Label()
        if self._content.backward and quantity.differentiable:
            gradient = self._inscriptions.whole_gradient(quantity)
        value = self._inscriptions.value(quantity, is_root=quantity in self._made.roots)
        size = _size([quantity])
        wire = Wire(self._vertices[tail].id, value, gradient, [], size)
        self._wires[quantity] = wire
        return wire

    def _draw_use(self, operand: Operand, unit: Unit, step: int) -> None:
        quantity = operand.quantity
        if quantity.call is not None and self._units[quantity.call] is unit:
            return
        wire = self._wire(quantity)
        if wire is None:
            return
        if isinstance(unit, Box) and (quantity, unit) in self._merged:
            self._merged[quantity, unit][1].append(operand)
            return
        use = Use(self._vertices[unit].id)
        wire.uses.append(use)
        use.step = step
        if isinstance(unit, Box):
            self._merged[quantity, unit] = (use, [operand])
        elif self._content.backward and operand.flows:
            use.flows = True
            use.gradient = self._inscriptions.gradient([operand])
            use.size = _size_of(operand.cotangent)
        else:
            use.step = 0

    def _draw_root(self, root: Quantity) -> None:
        if root.call is None:
            self._draw_leaf(root, _NOWHERE)
        wire = self._wire(root)
        if wire is None:
            return
        name = self._names.name(root)
        vertex = Vertex(self._id(name), "result", Label(name), signature=f"result {name}")
        self._add(None, vertex)
        use = Use(vertex.id)
        if self._content.backward:
            use.flows = True
            use.step = 1
            use.gradient = self._inscriptions.seed(root, self._seeds.get(root))
        wire.uses.append(use)


_NOWHERE = Box(Scope("", None))


def _is_number(quantity: Quantity) -> bool:
    return quantity.kind == "constant" and not quantity.shape


def _likeness(quantity: Quantity) -> str:
    """What makes leaves alike; constants are so only if they are called alike."""
    name = quantity.name if quantity.kind == "constant" else ""
    return f"{quantity.kind} {quantity.shape} {name}"


def _size(quantities: list[Quantity]) -> float | None:
    known = [rms(q.cotangent) for q in quantities if q.cotangent is not None]
    return max(known) if known else None


def _size_of(array: Array | None) -> float | None:
    return None if array is None else rms(array)


def _title(scope: Scope) -> str:
    name, _, kind = scope.name.rpartition(":")
    return f"{name}: {kind}" if name else kind


def _describe(call: Call) -> str:
    shapes = ", ".join(shape_label(operand.quantity.shape) for operand in call.operands)
    given = ", ".join(shape_label(result.shape) for result in call.results)
    return f"{call.op.name}: {shapes} → {given}"
