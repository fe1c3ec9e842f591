"""The courses of the lines, and the places of their texts."""

from __future__ import annotations

from typing import Final

from viz.appearance import Direction
from viz.dot import EDGE_SIZE
from viz.labels import Label
from viz.lecture import geometry
from viz.lecture.geometry import Box, Point
from viz.lecture.layout import DOT, GAP, LANE, Layout, Run, is_circle, vertex_extent
from viz.lecture.measure import extent
from viz.lecture.places import Places
from viz.lecture.skeleton import Skeleton

SHARES: Final = (0.5, 0.42, 0.58, 0.35, 0.65, 0.28, 0.72)
"""Where on its way a straight arrow may have its text."""


class Routes:
    """Draws the lines between places.

    Every line has a way that nothing else is on: through its own places, within the ranks, and
    straight from rank to rank. Where a straight arrow is free too, it is taken.
    """

    def __init__(self, skeleton: Skeleton, places: Places, direction: Direction) -> None:
        self._skeleton = skeleton
        self._places = places
        self._is_down = direction == "TB"
        self._layout = Layout(runs=skeleton.runs)

    def layout(self) -> Layout:
        """The figure, without frames."""
        for name, vertex in self._skeleton.vertices.items():
            width, height = vertex_extent(vertex)
            size = (height, width) if self._is_down else (width, height)
            self._layout.boxes[name] = Box(self._places.centers[name], *size)
        for name in self._skeleton.fans:
            along, across = self._places.centers[name]
            self._layout.fans[name] = ((along, across + LANE), (along, across - LANE))
        for run in self._skeleton.runs:
            self._bend(run)
        for run in self._skeleton.runs:
            self._straighten(run)
        return self._layout

    def _bend(self, run: Run) -> None:
        """The way through the places of a run, which nothing else is in."""
        middle: list[Point] = []
        for stop in run.stops:
            across = self._places.centers[stop][1]
            low, high = self._places.bands[self._skeleton.ranks[stop]]
            middle += [(low, across), (high, across)]
        start, end = self._places.centers[run.tail], self._places.centers[run.head]
        leave = (self._places.bands[self._skeleton.ranks[run.tail]][1], start[1])
        enter = (self._places.bands[self._skeleton.ranks[run.head]][0], end[1])
        for way in (
            [start, *middle, end],
            [start, leave, *middle, end],
            [start, *middle, enter, end],
            [start, leave, *middle, enter, end],
        ):
            self._draw(run, way)
            if not self._hits_vertices(run):
                break
        if run.place:
            along, across = self._places.centers[run.place]
            run.value_box = self._text_box(run.value, (along, across), (0.0, 1.0))
            run.gradient_box = self._text_box(run.gradient, (along, across), (0.0, -1.0))

    def _straighten(self, run: Run) -> None:
        """Take the straight way, if it is free and its text finds room beside it."""
        start, end = self._places.centers[run.tail], self._places.centers[run.head]
        rise = abs(end[1] - start[1])
        if len(run.stops) != 1 or rise < 1 or rise > 1.3 * (end[0] - start[0]):
            return
        bent = (run.forward, run.backward, run.value_box, run.gradient_box)
        self._draw(run, [start, end])
        if not self._hits_anything(run) and self._place_texts(run):
            return
        run.forward, run.backward, run.value_box, run.gradient_box = bent

    def _place_texts(self, run: Run) -> bool:
        """Put the texts of a straight run where there is room; whether there is."""
        first, last = run.forward[0], run.forward[-1]
        up = geometry.normal(first, last)
        down = (-up[0], -up[1])
        run.value_box = run.gradient_box = None
        for is_value, label, side in ((True, run.value, up), (False, run.gradient, down)):
            for share in SHARES:
                middle = (
                    first[0] + share * (last[0] - first[0]) - LANE * up[0],
                    first[1] + share * (last[1] - first[1]) - LANE * up[1],
                )
                box = self._text_box(label, middle, side)
                if box is None or self._is_free(box, run):
                    break
            else:
                return False
            if is_value:
                run.value_box = box
            else:
                run.gradient_box = box
        return True

    def _text_box(self, label: Label, middle: Point, side: Point) -> Box | None:
        """The place of a text beside a line, on the given side."""
        if not label:
            return None
        width, height = extent(label, EDGE_SIZE)
        if self._is_down:
            width, height = height, width
        reach = LANE + GAP + abs(side[0]) * width / 2 + abs(side[1]) * height / 2
        center = (middle[0] + reach * side[0], middle[1] + reach * side[1])
        return Box(center, width, height)

    def _draw(self, run: Run, way: list[Point]) -> None:
        """The two arrows beside a way; one on it where nothing flows back."""
        way = geometry.simplified(way)
        lane = LANE if run.flows or run.tail in self._layout.fans else 0.0
        run.forward = self._clipped(run, geometry.parallel(way, lane), 0)
        run.backward = (
            self._clipped(run, geometry.parallel(way, -LANE), 1)[::-1] if run.flows else []
        )

    def _clipped(self, run: Run, line: list[Point], side: int) -> list[Point]:
        """A line from border to border of what it connects."""
        line = list(line)
        line[0] = self._border(run.tail, line[0], line[1], side)
        line[-1] = self._border(run.head, line[-1], line[-2], side)
        return line

    def _border(self, name: str, inside: Point, outside: Point, side: int) -> Point:
        if name in self._layout.fans:
            return self._layout.fans[name][side]
        box = self._layout.boxes[name]
        if is_circle(self._skeleton.vertices[name]):
            return geometry.circle_exit(box.center, box.width / 2, inside, outside)
        return box.exit(inside, outside)

    def _hits_vertices(self, run: Run) -> bool:
        return any(
            box.is_crossed(*segment)
            for name, box in self._layout.boxes.items()
            if name not in (run.tail, run.head)
            for segment in run.segments()
        )

    def _hits_anything(self, run: Run) -> bool:
        """Whether a run passes through a vertex, another one's text, or another one."""
        return self._hits_vertices(run) or any(
            any(box.is_crossed(*segment) for box in other.boxes())
            or any(geometry.cross(segment, theirs, 2 * DOT) for theirs in other.segments())
            for other in self._layout.runs
            if other is not run
            for segment in run.segments()
        )

    def _is_free(self, text: Box, run: Run) -> bool:
        """Whether a text of a run is on no other text, on no vertex, and on no line."""
        if any(text.overlaps(box, 1) for box in self._layout.boxes.values()):
            return False
        return not any(
            (other is not run and any(text.overlaps(box, 1) for box in other.boxes()))
            or any(text.is_crossed(*segment) for segment in other.segments())
            for other in self._layout.runs
        )
