"""Frames around the parts of a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from viz.lecture.geometry import Box
from viz.lecture.layout import GAP, TITLE_ROOM, Layout, Run, around, title_extent
from viz.lecture.skeleton import Skeleton
from viz.structure import Structure

MARGIN: Final = 8.0
"""Around what a frame contains, in points."""

SHARES: Final = (0.0, 1.0, -1.0, 0.75, -0.75, 0.5, -0.5, 0.25, -0.25)
"""Where its title may be: in the middle, at the ends, between."""


class Frames:
    """Puts frames around groups, and titles on them.

    Parameters
    ----------
    layout : Layout
        Of everything else, from left to right; it gets the frames.
    structure : Structure
        What is drawn.
    skeleton : Skeleton
        Which says what belongs to which group.
    is_down : bool
        Whether the page goes from top to bottom: the top of the page is at the left here.
    """

    def __init__(
        self, layout: Layout, structure: Structure, skeleton: Skeleton, is_down: bool
    ) -> None:
        self._layout = layout
        self._structure = structure
        self._skeleton = skeleton
        self._is_down = is_down

    def draw(self) -> bool:
        """Frames around all that is in each group; false if something else gets into one."""
        inside: dict[int, set[int]] = {group: set() for group in range(len(self._structure.groups))}
        for group in inside:
            for outer in self._structure.path(group):
                inside[outer].add(group)
        for group in sorted(inside, key=lambda group: len(inside[group])):
            mine, others = self._belongings(inside[group])
            if not mine:
                return False
            frame = self._around(mine, self._structure.groups[group].title)
            if any(frame.overlaps(box) for box in others):
                return False
            self._layout.frames[group] = frame
        self.write_titles()
        return True

    def write_titles(self) -> None:
        """Put the title of each frame where no line comes in."""
        for group, frame in self._layout.frames.items():
            title = self._title(frame, self._structure.groups[group].title)
            self._layout.margins[f"frame-{group}-title"] = title

    def _belongings(self, groups: set[int]) -> tuple[list[Box], list[Box]]:
        """The boxes of what is in these groups, and of what is not."""
        layout, skeleton = self._layout, self._skeleton
        mine: list[Box] = []
        others: list[Box] = []
        for boxes in (layout.boxes, layout.alarms):
            for name, box in boxes.items():
                (mine if skeleton.groups[name] in groups else others).append(box)
        for run in layout.runs:
            is_mine = self._group(run) in groups
            (mine if is_mine else others).extend(run.boxes())
            if is_mine:
                mine.extend(Box(point, 0, 0) for point in [*run.forward, *run.backward])
        for name, points in layout.fans.items():
            dots = [Box(point, 0, 0) for point in points]
            (mine if skeleton.groups[name] in groups else others).extend(dots)
        for group, frame in layout.frames.items():
            (mine if group in groups else others).append(frame)
        return mine, others

    def _group(self, run: Run) -> int | None:
        return self._skeleton.common_group(run.tail, run.head)

    def _around(self, boxes: list[Box], title: str) -> Box:
        """A frame around boxes, with room for a title at the top of the page."""
        box = around(boxes)
        (x, y), along, across = box.center, box.width + 2 * MARGIN, box.height + 2 * MARGIN
        needed = title_extent(title)[0] + 2 * GAP
        if not self._is_down:
            return Box((x, y + TITLE_ROOM / 2), max(along, needed), across + TITLE_ROOM)
        frame = Box((x - TITLE_ROOM / 2, y), along + TITLE_ROOM, max(across, needed))
        if self._is_free(self._title(frame, title)):
            return frame
        # Wider on one side, until the title fits beside all lines that come in.
        lines = [*self._crossings(frame, 4 * needed), y]
        low, high = frame.bottom, frame.top
        if max(lines) - high < low - min(lines):
            high = max(high, max(lines) + needed)
        else:
            low = min(low, min(lines) - needed)
        return replace(frame, center=(frame.center[0], (low + high) / 2), height=high - low)

    def _title(self, frame: Box, title: str) -> Box:
        """The place of a title in the top row of its frame: in the middle, or at an end."""
        wide, high = title_extent(title)
        room = (frame.height if self._is_down else frame.width) / 2 - wide / 2 - GAP
        places = []
        for share in SHARES:
            shift = share * room
            if self._is_down:
                center = (frame.left + GAP + high / 2, frame.center[1] + shift)
                places.append(Box(center, high, wide))
            else:
                center = (frame.center[0] + shift, frame.top - GAP - high / 2)
                places.append(Box(center, wide, high))
        return next(filter(self._is_free, places), places[0])

    def _is_free(self, box: Box) -> bool:
        return not any(
            any(box.is_crossed(*segment) for segment in run.segments())
            or any(box.overlaps(text) for text in run.boxes())
            for run in self._layout.runs
        )

    def _crossings(self, frame: Box, beyond: float) -> Iterator[float]:
        """Where lines come into the top row of a frame, made longer, and where they leave it."""
        middle = (frame.left + TITLE_ROOM / 2, frame.center[1])
        row = Box(middle, TITLE_ROOM, frame.height + beyond)
        for run in self._layout.runs:
            for (x, y), (u, v) in run.segments():
                if row.is_crossed((x, y), (u, v)):
                    for border in (row.left, row.right):
                        share = (border - x) / (u - x) if u != x else 0.0
                        yield y + min(max(share, 0.0), 1.0) * (v - y)
