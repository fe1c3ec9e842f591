"""Boxes, circles, and the lines between them, in points."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle.

    Attributes
    ----------
    center : Point
        Its middle.
    width, height : float
        Its sides.
    """

    center: Point
    width: float
    height: float

    @property
    def left(self) -> float:
        """The smallest x."""
        return self.center[0] - self.width / 2

    @property
    def right(self) -> float:
        """The largest x."""
        return self.center[0] + self.width / 2

    @property
    def bottom(self) -> float:
        """The smallest y."""
        return self.center[1] - self.height / 2

    @property
    def top(self) -> float:
        """The largest y."""
        return self.center[1] + self.height / 2

    def overlaps(self, other: Box, margin: float = 0.0) -> bool:
        """Whether the two have a point in common, or come closer than `margin`."""
        (x, y), (u, v) = self.center, other.center
        return (
            abs(x - u) < (self.width + other.width) / 2 + margin
            and abs(y - v) < (self.height + other.height) / 2 + margin
        )

    def is_crossed(self, start: Point, end: Point) -> bool:
        """Whether the straight line from `start` to `end` passes through (Liang and Barsky)."""
        low, high = 0.0, 1.0
        for begin, change, least, most in (
            (start[0], end[0] - start[0], self.left, self.right),
            (start[1], end[1] - start[1], self.bottom, self.top),
        ):
            if change == 0:
                if not least < begin < most:
                    return False
                continue
            first, second = sorted(((least - begin) / change, (most - begin) / change))
            low, high = max(low, first), min(high, second)
        return low < high

    def cuts(self, other: Box) -> bool:
        """Whether a part of the other is inside, and a part outside."""
        return self.overlaps(other) and not (
            self.left <= other.left
            and other.right <= self.right
            and self.bottom <= other.bottom
            and other.top <= self.top
        )

    def exit(self, inside: Point, outside: Point) -> Point:
        """Where the line from a point inside to one outside leaves the box."""
        (x, y), (u, v) = inside, outside
        shares = [1.0]
        for begin, end, least, most in (
            (x, u, self.left, self.right),
            (y, v, self.bottom, self.top),
        ):
            if end > most:
                shares.append((most - begin) / (end - begin))
            elif end < least:
                shares.append((least - begin) / (end - begin))
        share = max(0.0, min(shares))
        return x + share * (u - x), y + share * (v - y)


def direction(start: Point, end: Point) -> Point:
    """The unit vector from `start` to `end`."""
    x, y = end[0] - start[0], end[1] - start[1]
    length = math.hypot(x, y) or 1.0
    return x / length, y / length


def normal(start: Point, end: Point) -> Point:
    """The unit vector to the left of the way from `start` to `end`."""
    x, y = direction(start, end)
    return -y, x


def simplified(points: Sequence[Point]) -> list[Point]:
    """The same line without points that lie on the way between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if kept and math.dist(kept[-1], point) < 0.01:
            continue
        while len(kept) > 1 and _is_on_the_way(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept


def _is_on_the_way(start: Point, middle: Point, end: Point) -> bool:
    x, y = direction(start, middle)
    u, v = direction(middle, end)
    return x * u + y * v > 1 - 1e-9


def parallel(points: Sequence[Point], distance: float) -> list[Point]:
    """The line that runs beside another one, to its left by `distance`."""
    shifted = []
    normals = [normal(a, b) for a, b in itertools.pairwise(points)]
    for i, (x, y) in enumerate(points):
        before, after = normals[max(i - 1, 0)], normals[min(i, len(normals) - 1)]
        u, v = before[0] + after[0], before[1] + after[1]
        stretch = distance / max(1 + before[0] * after[0] + before[1] * after[1], 0.2)
        shifted.append((x + u * stretch, y + v * stretch))
    return shifted


def ellipse_exit(box: Box, inside: Point, outside: Point) -> Point:
    """Where the line from a point inside the ellipse in a box to one outside leaves it."""
    half, other = box.width / 2, box.height / 2
    x, y = (inside[0] - box.center[0]) / half, (inside[1] - box.center[1]) / other
    u, v = (outside[0] - inside[0]) / half, (outside[1] - inside[1]) / other
    a, b, c = u * u + v * v, x * u + y * v, x * x + y * y - 1
    if a == 0 or c > 0:
        return inside
    share = (-b + math.sqrt(max(b * b - a * c, 0.0))) / a
    share = min(share, 1.0)
    return inside[0] + share * u * half, inside[1] + share * v * other


def cross(one: tuple[Point, Point], other: tuple[Point, Point], apart: float) -> bool:
    """Whether two straight lines cross, or come closer to each other than `apart`."""
    (a, b), (c, d) = one, other
    if _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0:
        return True
    return (
        min(_distance(a, c, d), _distance(b, c, d), _distance(c, a, b), _distance(d, a, b)) < apart
    )


def _side(start: Point, end: Point, point: Point) -> float:
    return (end[0] - start[0]) * (point[1] - start[1]) - (end[1] - start[1]) * (point[0] - start[0])


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to the line between two others."""
    x, y = end[0] - start[0], end[1] - start[1]
    share = ((point[0] - start[0]) * x + (point[1] - start[1]) * y) / ((x * x + y * y) or 1.0)
    share = min(max(share, 0.0), 1.0)
    return math.hypot(point[0] - start[0] - share * x, point[1] - start[1] - share * y)
