"""The courses of the lines, and the places of their texts."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from viz.appearance import Direction
from viz.dot import EDGE_SIZE
from viz.labels import Label
from viz.lecture import geometry
from viz.lecture.geometry import Box, Point
from viz.lecture.layout import (
    DOT,
    GAP,
    LANE,
    Layout,
    Run,
    alarm_extent,
    vertex_extent,
)
from viz.lecture.places import Places
from viz.lecture.skeleton import Skeleton
from viz.measure import extent

SHARES: Final = (0.5, 0.42, 0.58, 0.35, 0.65, 0.28, 0.72)
"""Where on its way a straight arrow may have its text."""

BETWEEN: Final = 0.7
WIDEST: Final = 1.9
"""The angle between lines that come into a circle, and that between the outermost and the middle
one, in radians: with it the arrows of neighbours do not touch."""


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
        self._turns: dict[int, Point] = {}

    def layout(self) -> Layout:
        """The figure, without frames."""
        for name, vertex in self._skeleton.vertices.items():
            width, height = vertex_extent(vertex)
            size = (height, width) if self._is_down else (width, height)
            self._layout.boxes[name] = Box(self._places.centers[name], *size)
        for name in self._skeleton.fans:
            along, across = self._places.centers[name]
            stem = next(run for run in self._skeleton.runs if run.head == name)
            lane = LANE if stem.flows else 0.0
            self._layout.fans[name] = ((along, across + lane), (along, across - lane))
        self._spread()
        for run in self._skeleton.runs:
            self._bend(run)
        if self._place_alarms():
            for run in self._skeleton.runs:
                self._bend(run)
        for run in self._skeleton.runs:
            self._straighten(run)
        return self._layout

    def _bend(self, run: Run) -> None:
        """The way through the places of a run, which nothing else is in."""
        middle = [point for stop in run.stops for point in self._ends(stop)]
        start, end = self._places.centers[run.tail], self._places.centers[run.head]
        # Beyond its rank a line may go anywhere, within it only straight on.
        leave = (self._places.bands[self._skeleton.ranks[run.tail]][1] + 3 * LANE, start[1])
        enter = (self._places.bands[self._skeleton.ranks[run.head]][0] - 3 * LANE, end[1])
        turn = self._turns.get(id(run))
        for way in (
            *([[start, *middle, turn, end], [start, leave, *middle, turn, end]] if turn else []),
            [start, *middle, end],
            [start, leave, *middle, end],
            [start, *middle, enter, end],
            [start, leave, *middle, enter, end],
        ):
            self._draw(run, way)
            if not self._hits_vertices(run):
                break
        if run.place:
            self._write(run, self._places.centers[run.place])

    def _ends(self, stop: str) -> list[Point]:
        """Where a line comes into the rank of a place, and where it leaves it."""
        across = self._places.centers[stop][1]
        return [(along, across) for along in self._places.bands[self._skeleton.ranks[stop]]]

    def _write(self, run: Run, middle: Point) -> None:
        """Put the texts of a run above and below a point of its line."""
        run.value_box = self._text_box(run.value, middle, (0.0, 1.0))
        run.gradient_box = self._text_box(run.gradient, middle, (0.0, -1.0))

    def _spread(self) -> None:
        """Turns before vertices where lines would come in too close to each other."""
        arriving: dict[str, list[Run]] = {}
        for run in self._skeleton.runs:
            if run.head in self._skeleton.vertices:
                arriving.setdefault(run.head, []).append(run)
        for head, runs in arriving.items():
            if len(runs) == 1:
                continue
            x, y = self._places.centers[head]
            angles = {}
            for run in runs:
                points = [p for stop in run.stops for p in self._ends(stop)]
                u, v = points[-1] if points else self._places.centers[run.tail]
                angles[id(run)] = math.atan2(v - y, x - u)
            box = self._layout.boxes[head]
            for key, angle in _apart(angles).items():
                reach = (box.width / 2 + 5 * LANE, box.height / 2 + 5 * LANE)
                turn = (x - reach[0] * math.cos(angle), y + reach[1] * math.sin(angle))
                if abs(angle - angles[key]) > 0.01:
                    self._turns[key] = turn

    def _straighten(self, run: Run) -> None:
        """Take a way with fewer bends, if it is free and its text finds room beside it."""
        bent = (run.forward, run.backward, run.value_box, run.gradient_box)
        start, end = self._places.centers[run.tail], self._places.centers[run.head]
        rise = abs(end[1] - start[1])
        if len(run.stops) == 1 and 1 <= rise <= 1.3 * (end[0] - start[0]):
            self._draw(run, [start, end])
            if not self._hits_anything(run) and self._place_texts(run):
                return
        elif len({round(self._places.centers[stop][1]) for stop in run.stops}) > 1:
            first, last = self._ends(run.stops[0])[0], self._ends(run.stops[-1])[-1]
            for level in dict.fromkeys(self._places.centers[stop][1] for stop in run.stops):
                self._draw(run, [start, (first[0], level), (last[0], level), end])
                if run.place:
                    self._write(run, (self._places.centers[run.place][0], level))
                if self._is_clear(run):
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
        lane = LANE if run.wire.flows else 0.0
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
        if self._skeleton.vertices[name].kind == "operation":
            return geometry.ellipse_exit(box, inside, outside)
        return box.exit(inside, outside)

    def _place_alarms(self) -> bool:
        """Put alarms above their vertices or below (right, left), where there are fewer lines."""
        for name, vertex in self._skeleton.vertices.items():
            if vertex.alarm:
                box = self._layout.boxes[name]
                along, across = alarm_extent(vertex.alarm)
                if self._is_down:
                    along, across = across, along
                reach = (box.height + across) / 2 + GAP
                first = -reach if self._is_down else reach
                x, y = box.center
                places = [Box((x, y + shift), along, across) for shift in (first, -first)]
                self._layout.alarms[name] = min(places, key=self._lines_through)
        return bool(self._layout.alarms)

    def _lines_through(self, box: Box) -> int:
        return sum(box.is_crossed(*s) for run in self._layout.runs for s in run.segments())

    def _hits_vertices(self, run: Run) -> bool:
        """Whether a run passes through a vertex that it does not connect, or through an alarm."""
        foreign = [b for name, b in self._layout.boxes.items() if name not in (run.tail, run.head)]
        foreign += self._layout.alarms.values()
        return any(box.is_crossed(*segment) for box in foreign for segment in run.segments())

    def _hits_anything(self, run: Run) -> bool:
        """Whether a run passes through a vertex, another one's text, or another one."""
        return self._hits_vertices(run) or any(
            any(box.is_crossed(*segment) for box in other.boxes())
            or any(geometry.cross(segment, theirs, 2 * DOT) for theirs in other.segments())
            for other in self._layout.runs
            if other is not run
            for segment in run.segments()
        )

    def _is_clear(self, run: Run) -> bool:
        """Whether a run hits nothing but where it meets others that start or end with it."""
        inner = [s for line in (run.forward, run.backward) for s in pairwise(line[1:-1])]
        for other in self._layout.runs:
            meets = other is run or {run.tail, run.head} & {other.tail, other.head}
            mine = inner if meets else [*run.segments()]
            if other is not run and any(
                geometry.cross(segment, theirs, 2 * DOT)
                for segment in mine
                for theirs in other.segments()
            ):
                return False
            if any(box.is_crossed(*s) for box in other.boxes() for s in run.segments()):
                return False
        return not self._hits_vertices(run) and all(self._is_free(b, run) for b in run.boxes())

    def _is_free(self, text: Box, run: Run) -> bool:
        """Whether a text of a run is on no other text, on no vertex, and on no line."""
        others = [*self._layout.boxes.values(), *self._layout.alarms.values()]
        if any(text.overlaps(box, 1) for box in others):
            return False
        if any(frame.cuts(text) for frame in self._places.frames.values()):
            return False
        return not any(
            (other is not run and any(text.overlaps(box, 1) for box in other.boxes()))
            or any(text.is_crossed(*segment) for segment in other.segments())
            for other in self._layout.runs
        )


def _apart(angles: dict[int, float]) -> dict[int, float]:
    """Angles in the same order, at least `BETWEEN` apart where there is room for that."""
    order = sorted(angles, key=lambda key: angles[key])
    middle = min(range(len(order)), key=lambda i: abs(angles[order[i]]))
    spread = dict(angles)
    for sign, keys in ((1, order[middle:]), (-1, order[middle::-1])):
        between = min(BETWEEN, WIDEST / max(len(keys) - 1, 1))
        for before, key in pairwise(keys):
            spread[key] = sign * max(sign * spread[key], sign * spread[before] + between)
    return spread
