"""Where Graphviz has put everything."""

from __future__ import annotations

import json
import math
from itertools import pairwise

from viz.appearance import Direction
from viz.lecture.geometry import Box, Point
from viz.lecture.layout import turn_box
from viz.lecture.skeleton import Skeleton


class Places:
    """The places of a skeleton: along the direction of the diagram, and across it.

    Parameters
    ----------
    skeleton : Skeleton
        What was placed.
    answer : bytes
        What Graphviz said, as JSON.
    direction : {"LR", "TB"}
        Of the page.

    Attributes
    ----------
    centers : dict of str to Point
        The middle of each place.
    bands : dict of int to (float, float)
        Where each rank begins and ends.
    frames : dict of int to Box
        The frames of groups, where Graphviz has drawn them.
    """

    def __init__(self, skeleton: Skeleton, answer: bytes, direction: Direction) -> None:
        self.centers: dict[str, Point] = {}
        self.bands: dict[int, tuple[float, float]] = {}
        self.frames: dict[int, Box] = {}
        is_down = direction == "TB"
        for thing in json.loads(answer).get("objects", ()):
            name = thing["name"]
            if name.startswith("cluster_") and "bb" in thing:
                left, bottom, right, top = map(float, thing["bb"].split(","))
                frame = Box(((left + right) / 2, (bottom + top) / 2), right - left, top - bottom)
                self.frames[int(name[8:])] = turn_box(frame) if is_down else frame
            elif name in skeleton.sizes:
                x, y = map(float, thing["pos"].split(","))
                self.centers[name] = (-y, -x) if is_down else (x, y)
        for name, rank in skeleton.ranks.items():
            half = skeleton.along(name) / 2
            middle = self.centers[name][0]
            low, high = self.bands.get(rank, (math.inf, -math.inf))
            self.bands[rank] = (min(low, middle - half), max(high, middle + half))
        for vertex in skeleton.vertices.values():
            if vertex.kind == "constant":
                # Near to its operation: within its rank, the place is its own at this height.
                end = self.bands[skeleton.ranks[vertex.id]][1]
                middle = end - skeleton.along(vertex.id) / 2
                self.centers[vertex.id] = (middle, self.centers[vertex.id][1])

    @property
    def is_aligned(self) -> bool:
        """Whether the ranks lie one after the other, which frames may prevent."""
        order = [self.bands[rank] for rank in sorted(self.bands, reverse=True)]
        return all(before[1] < after[0] + 1 for before, after in pairwise(order))
