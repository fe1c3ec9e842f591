"""A diagram as data: vertices, the wires between them, what flows along them, and groups."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from viz.labels import Label

VertexKind: TypeAlias = Literal["input", "parameter", "constant", "operation", "module", "result"]

NUMBER: Final = "number"
"""What the signature of a constant that is a number begins with."""

LEAVES: Final[tuple[VertexKind, ...]] = ("input", "parameter", "constant")


@dataclass(slots=True)
class Vertex:
    """A circle, a box, or a name.

    Attributes
    ----------
    id : str
        Its name in DOT: letters, digits and underscores, unique in the diagram.
    kind : str
        A leaf ("input", "parameter", "constant"), an "operation" (a circle), a "module" (a
        box), or a "result" (the name at the end of the graph).
    label : Label
        What is written in it, or in its place.
    group : int or None
        The innermost group that it belongs to.
    size : float or None
        The root mean square of the gradient that arrives here, where it is known.
    alarm : str
        What is wrong where NaN or infinity first appears.
    signature : str
        What makes it equal to another vertex, apart from its own name.
    tooltip : str
        What a reader sees who points at it.
    """

    id: str
    kind: VertexKind
    label: Label
    group: int | None = None
    size: float | None = None
    alarm: str = ""
    signature: str = ""
    tooltip: str = ""


@dataclass(slots=True)
class Use:
    """One edge: a value on its way into an operation, and what flows back from there.

    Attributes
    ----------
    head : str
        The vertex that uses the value.
    gradient : Label
        What it sends back along this edge.
    flows : bool
        Whether it sends anything.
    step : int
        When, counted from 1 at the end of the graph.
    size : float or None
        The root mean square of what it sends back, where that is known.
    """

    head: str
    gradient: Label = field(default_factory=Label)
    flows: bool = False
    step: int = 0
    size: float | None = None


@dataclass(slots=True)
class Wire:
    """A value, from where it is computed to all of its uses.

    Attributes
    ----------
    tail : str
        The vertex that gives it.
    value : Label
        Its numbers, its expression, its shape.
    gradient : Label
        All that flows back along its uses, summed.
    uses : list of Use
        One for each.
    size : float or None
        The root mean square of the whole gradient, where that is known.
    """

    tail: str
    value: Label
    gradient: Label
    uses: list[Use]
    size: float | None = None

    @property
    def flows(self) -> bool:
        """Whether anything flows back to the tail."""
        return any(use.flows for use in self.uses)

    @property
    def step(self) -> int:
        """When all that flows back has arrived."""
        return max((use.step for use in self.uses if use.flows), default=0)


@dataclass(slots=True)
class Group:
    """A part of the model, drawn as a frame.

    Attributes
    ----------
    title : str
        What is written on it.
    parent : int or None
        The group around it.
    """

    title: str
    parent: int | None = None


@dataclass(slots=True)
class Structure:
    """All that is drawn.

    Attributes
    ----------
    vertices : list of Vertex
        Operands before operations.
    wires : list of Wire
        By the order of their tails.
    groups : list of Group
        In the order in which they were entered.
    notes : list of str
        Lines below the diagram: what abbreviations stand for.
    main : dict of str to str
        The longest chain to each result, which is drawn straight: by vertex, which one follows.
    """

    vertices: list[Vertex] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    main: dict[str, str] = field(default_factory=dict)

    def on_main(self) -> set[str]:
        """The vertices of the longest chains."""
        return {*self.main, *self.main.values()}

    @property
    def steps(self) -> int:
        """How many steps the reverse pass takes."""
        return max((wire.step for wire in self.wires), default=0)

    def find_main(self) -> None:
        """Find the longest path to each result, as far as it is not another one's."""
        before: dict[str, list[str]] = {}
        for wire in self.wires:
            for use in wire.uses:
                before.setdefault(use.head, []).append(wire.tail)
        # Of equally long ways the main one is that of the data, not of a weight or a number.
        preference = {
            vertex.id: (not vertex.signature.startswith(NUMBER), vertex.kind != "parameter")
            for vertex in self.vertices
        }
        lengths: dict[str, int] = {}
        for vertex in self.vertices:  # operands come before operations
            tails = before.get(vertex.id, [])
            lengths[vertex.id] = 1 + max((lengths[tail] for tail in tails), default=0)
        for vertex in self.vertices:
            head = vertex.id if vertex.kind == "result" else ""
            while head in before:
                tail = max(before[head], key=lambda tail: (lengths[tail], preference[tail]))
                if tail in self.main:
                    break
                self.main[tail] = head
                head = tail

    def mentions(self, note: str) -> bool:
        """Whether the name that a note explains is written on a wire."""
        name = re.compile(rf"(?<!\w){re.escape(note.partition(' = ')[0])}(?![\w′])")
        labels = [label for wire in self.wires for label in (wire.value, wire.gradient)]
        labels += [use.gradient for wire in self.wires for use in wire.uses]
        return any(name.search(label.text) for label in labels)

    def path(self, group: int | None) -> list[int]:
        """A group and those around it, innermost first."""
        path = []
        while group is not None:
            path.append(group)
            group = self.groups[group].parent
        return path

    def number_steps(self) -> None:
        """Close the gaps between the steps of the reverse pass, where some of it is not drawn."""
        uses = [use for wire in self.wires for use in wire.uses if use.flows]
        order = {step: i for i, step in enumerate(sorted({use.step for use in uses}), start=1)}
        for use in uses:
            use.step = order[use.step]
