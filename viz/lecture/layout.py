"""A lecture figure as data: where everything is, in points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from viz.dot import EDGE_SIZE, RADIUS, VERTEX_SIZE, alarm_text, is_circle
from viz.labels import Label, visible
from viz.lecture.geometry import Box, Point
from viz.measure import extent
from viz.structure import Use, Vertex, Wire

LANE: Final = 5.0
"""How far the arrows forward and back run from the line between two vertices."""

GAP: Final = 4.0
"""Between an arrow and its text."""

DOT: Final = 2.5
"""The radius of the dot where a value fans out."""

FRAME_SIZE: Final = EDGE_SIZE + 1
TITLE_ROOM: Final = 18.0
"""The letters on a frame, and the height of the row that they have in it."""


@dataclass(slots=True)
class Run:
    """One line to be drawn, from a vertex or a fan-out to another.

    Attributes
    ----------
    tail, head : str
        What it connects.
    wire : Wire
        What it carries.
    use : Use or None
        Where it ends; None for the stem before a fan-out.
    value, gradient : Label
        What is written on its two sides.
    stops : list of str
        The places that it passes.
    place : str
        The one of them where its text is; empty if it has none.
    """

    tail: str
    head: str
    wire: Wire
    use: Use | None
    value: Label
    gradient: Label
    stops: list[str] = field(default_factory=list)
    place: str = ""
    forward: list[Point] = field(default_factory=list)
    backward: list[Point] = field(default_factory=list)
    value_box: Box | None = None
    gradient_box: Box | None = None

    @property
    def flows(self) -> bool:
        """Whether there is an arrow back."""
        return self.wire.flows if self.use is None else self.use.flows

    @property
    def step(self) -> int:
        """At which step of the reverse pass it is drawn."""
        return self.wire.step if self.use is None else self.use.step

    @property
    def id(self) -> str:
        """Its name in the picture."""
        return f"{self.tail}-{self.head}"

    def boxes(self) -> list[Box]:
        """What its text takes up."""
        return [box for box in (self.value_box, self.gradient_box) if box is not None]

    def segments(self) -> Iterator[tuple[Point, Point]]:
        """The straight parts of its arrows."""
        for line in (self.forward, self.backward):
            yield from pairwise(line)


@dataclass(slots=True)
class Layout:
    """Where everything is, in points, with y upwards.

    Attributes
    ----------
    boxes : dict
        The place of each vertex.
    fans : dict
        Where the values fan out: two points, of the value and of the gradient.
    runs : list of Run
        All lines.
    alarms : dict
        What is written beside vertices, by their names.
    frames : dict
        The place of each group that is drawn.
    margins : dict
        What is written on frames and around the whole, by its name in the picture.
    """

    boxes: dict[str, Box] = field(default_factory=dict)
    fans: dict[str, tuple[Point, Point]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    alarms: dict[str, Box] = field(default_factory=dict)
    frames: dict[int, Box] = field(default_factory=dict)
    margins: dict[str, Box] = field(default_factory=dict)

    def turned(self) -> Layout:
        """The same from top to bottom instead of from left to right."""
        for run in self.runs:
            run.forward = [_turn(point) for point in run.forward]
            run.backward = [_turn(point) for point in run.backward]
            run.value_box = run.value_box and turn_box(run.value_box)
            run.gradient_box = run.gradient_box and turn_box(run.gradient_box)
        return Layout(
            {name: turn_box(box) for name, box in self.boxes.items()},
            {name: (_turn(a), _turn(b)) for name, (a, b) in self.fans.items()},
            self.runs,
            {name: turn_box(box) for name, box in self.alarms.items()},
            {group: turn_box(box) for group, box in self.frames.items()},
            {name: turn_box(box) for name, box in self.margins.items()},
        )

    def texts(self) -> list[Box]:
        """All that is written, but for the names of vertices."""
        texts = [box for run in self.runs for box in run.boxes()]
        return [*texts, *self.alarms.values(), *self.margins.values()]

    def extent(self) -> Box:
        """The smallest box around everything."""
        points = [point for run in self.runs for point in (*run.forward, *run.backward)]
        everything = [*self.boxes.values(), *self.frames.values(), *self.texts()]
        return around([*everything, *(Box(point, 0, 0) for point in points)])


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around others."""
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    bottom, top = min(box.bottom for box in boxes), max(box.top for box in boxes)
    return Box(((left + right) / 2, (bottom + top) / 2), right - left, top - bottom)


def alarm_extent(alarm: str) -> tuple[float, float]:
    """Width and height of what is written beside a vertex, in points."""
    return extent(Label(alarm_text(alarm)), EDGE_SIZE)


def title_extent(title: str) -> tuple[float, float]:
    """Width and height of the title of a frame, in points."""
    return extent(Label(visible(title)), FRAME_SIZE)


def _turn(point: Point) -> Point:
    return -point[1], -point[0]


def turn_box(box: Box) -> Box:
    """The box with its two directions exchanged."""
    return Box(_turn(box.center), box.height, box.width)


def vertex_extent(vertex: Vertex) -> tuple[float, float]:
    """Width and height of a vertex, in points."""
    width, height = extent(vertex.label, VERTEX_SIZE)
    if vertex.kind == "operation":
        if is_circle(vertex):
            return 2 * RADIUS, 2 * RADIUS
        return width + 18, 2 * RADIUS
    if vertex.kind == "module":
        return width + 22, height + 16
    return width + 8, height + 4
