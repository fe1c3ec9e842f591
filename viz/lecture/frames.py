"""Frames around the parts of a model."""

from __future__ import annotations

from typing import Final

from viz.dot import EDGE_SIZE
from viz.labels import visible
from viz.lecture.geometry import Box
from viz.lecture.layout import Layout
from viz.lecture.measure import width
from viz.lecture.skeleton import Skeleton
from viz.structure import Structure

MARGIN: Final = 8.0
TITLE: Final = 14.0
"""Around what a frame contains, and for its title, in points."""


def frames(
    layout: Layout, structure: Structure, skeleton: Skeleton, is_down: bool
) -> dict[int, Box] | None:
    """The frame of each group, around all that is in it; None if something else gets into one."""
    inside: dict[int, set[int]] = {group: set() for group in range(len(structure.groups))}
    for group in inside:
        for outer in structure.path(group):
            inside[outer].add(group)
    made: dict[int, Box] = {}
    for group in sorted(inside, key=lambda group: len(inside[group])):
        mine, others = _belongings(layout, skeleton, inside[group])
        mine += [made[inner] for inner in inside[group] if inner != group]
        others += [made[other] for other in made if other not in inside[group]]
        if not mine:
            return None
        made[group] = _around(mine, structure.groups[group].title, is_down)
        if any(made[group].overlaps(box) for box in others):
            return None
    return made


def _belongings(
    layout: Layout, skeleton: Skeleton, groups: set[int]
) -> tuple[list[Box], list[Box]]:
    """The boxes of what is in these groups, and of what is not."""
    mine: list[Box] = []
    others: list[Box] = []
    for name, box in layout.boxes.items():
        (mine if skeleton.groups[name] in groups else others).append(box)
    for run in layout.runs:
        is_mine = skeleton.common_group(run.tail, run.head) in groups
        (mine if is_mine else others).extend(run.boxes())
        if is_mine:
            mine.extend(Box(point, 0, 0) for point in [*run.forward, *run.backward])
    return mine, others


def _around(boxes: list[Box], title: str, is_down: bool) -> Box:
    """A frame around boxes, with room for a title at the top of the page."""
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    low, high = min(box.bottom for box in boxes), max(box.top for box in boxes)
    along, across = right - left + 2 * MARGIN, high - low + 2 * MARGIN
    x, y = (left + right) / 2, (low + high) / 2
    needed = width(visible(title), EDGE_SIZE + 1) + MARGIN
    if is_down:  # what is left here is the top of the page
        return Box((x - TITLE / 2, y), along + TITLE, max(across, needed))
    return Box((x, y + TITLE / 2), max(along, needed), across + TITLE)
