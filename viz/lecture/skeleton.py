"""What Graphviz has to place: every vertex, and a place of its own for every text.

All of the lines are cut into pieces from one rank to the next, so that each has a place in every
rank that it passes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import graphviz

from viz.appearance import Direction
from viz.dot import EDGE_SIZE
from viz.labels import Label
from viz.lecture.layout import (
    GAP,
    LANE,
    TITLE_ROOM,
    Run,
    alarm_extent,
    title_extent,
    vertex_extent,
)
from viz.measure import extent
from viz.structure import Structure, Vertex, Wire

SHORTEST: Final = 46.0
"""The least length of a label's place, so that an arrow without text is long enough."""

FEW: Final = 14
"""In diagrams of at most so many vertices there is room for slanting arrows."""

SPARE: Final = 16.0
"""What the arrows of small diagrams get in addition, so that some can be straight."""


class Skeleton:
    """Ranks and sizes of all places.

    Parameters
    ----------
    structure : Structure
        What is drawn.
    direction : {"LR", "TB"}
        Of the page.

    Attributes
    ----------
    vertices : dict of str to Vertex
        By their names.
    runs : list of Run
        The lines, without their courses.
    fans : list of str
        Where values fan out.
    ranks : dict of str to int
        How far each place is from the end of the diagram.
    sizes : dict of str to (float, float)
        Width and height of each place on the page, in points.
    groups : dict of str to int or None
        The innermost group around each place.
    """

    def __init__(self, structure: Structure, direction: Direction) -> None:
        self.vertices = {vertex.id: vertex for vertex in structure.vertices}
        self.runs: list[Run] = []
        self.fans: list[str] = []
        self.ranks: dict[str, int] = {}
        self.sizes: dict[str, tuple[float, float]] = {}
        self.groups: dict[str, int | None] = {}
        self._structure = structure
        self._direction = direction
        self._last_of: dict[int, int] = {}
        self._members_of = Counter(vertex.group for vertex in structure.vertices)
        self._rank()
        for index, wire in enumerate(structure.wires):
            self._add_wire(wire, f"wire-{index}")

    def along(self, name: str) -> float:
        """The size of a place in the direction of the diagram."""
        return self.sizes[name][1 if self._direction == "TB" else 0]

    def across(self, name: str) -> float:
        """The size of a place across the direction of the diagram."""
        return self.sizes[name][0 if self._direction == "TB" else 1]

    def common_group(self, tail: str, head: str) -> int | None:
        """The innermost group around two places."""
        around = set(self._structure.path(self.groups[tail]))
        return next((g for g in self._structure.path(self.groups[head]) if g in around), None)

    def source(self, framed: bool) -> str:
        """Empty boxes and the lines between them, as DOT; with frames around groups, or without."""
        graph = graphviz.Digraph("skeleton")
        graph.attr(rankdir=self._direction, nodesep="0.3", ranksep="0.5", newrank="true")
        graph.attr("node", shape="box", fixedsize="true", label="")
        main = self._structure.on_main()
        for run in self.runs:
            if self._is_main(run):
                main.update(run.stops, (run.tail, run.head))
        for name, group in self._members(framed):
            if name is None:
                graph.body.append("\t}\n" if group is None else self._open_frame(group))
                continue
            across, down = self.sizes[name]
            extra = {"group": "main"} if name in main else {}
            graph.node(name, width=f"{across / 72:.4f}", height=f"{down / 72:.4f}", **extra)
        # What comes first in the text comes first on the page: constants hang below.
        above = self._drawn_above()
        for run in sorted(self.runs, key=lambda run: self._importance(run, above)):
            path = [run.tail, *run.stops, run.head]
            weight = "100" if self._is_main(run) else "8" if run.stops else "1"
            for tail, head in pairwise(path):
                passes = tail in run.stops and head in run.stops
                graph.edge(tail, head, weight="60" if passes else weight)
        ends = [v.id for v in self._structure.vertices if self.ranks[v.id] == 0]
        if len(ends) > 1:  # so that they end in one line, even if nothing else connects them
            graph.node("end-", width="0", height="0")
            for end in ends:
                graph.edge(end, "end-", weight="0")
        return str(graph.source)

    def _rank(self) -> None:
        """How far each vertex is from the end: as near to its uses as there is room for."""
        wires: dict[str, list[Wire]] = {}
        for wire in self._structure.wires:
            wires.setdefault(wire.tail, []).append(wire)
        for vertex in reversed(self._structure.vertices):
            rank = 0
            for wire in wires.get(vertex.id, ()):
                distance = 4 if self._fans_out(wire) else 2 if self._has_text(wire) else 1
                rank = max(rank, *(self.ranks[use.head] + distance for use in wire.uses))
                for use in wire.uses:
                    beyond = self._beyond_frames(vertex, use.head)
                    rank = max(rank, beyond + distance if beyond else 0)
                    rank = max(rank, self._behind_leaves(vertex, use.head) + 1)
            self.ranks[vertex.id] = rank
            for group in self._structure.path(vertex.group):
                self._last_of[group] = max(self._last_of.get(group, 0), rank)
            self.sizes[vertex.id] = self._room(vertex)
            self.groups[vertex.id] = vertex.group

    def _room(self, vertex: Vertex) -> tuple[float, float]:
        """The size of a vertex, with its alarm; of one alone in its group, with its title."""
        across, down = vertex_extent(vertex)
        if vertex.alarm:  # on either side, so that the vertex stays in the middle
            wide, high = alarm_extent(vertex.alarm)
            if self._direction == "TB":
                across, down = across + 2 * (wide + GAP), max(down, high)
            else:
                across, down = max(across, wide), down + 2 * (high + GAP)
        if vertex.group is None or self._members_of[vertex.group] > 1:
            return across, down
        title = self._structure.groups[vertex.group].title
        return max(across, self._title_room(title)), down

    def _beyond_frames(self, vertex: Vertex, head: str) -> int:
        """The rank of the first thing in the frames that a line enters; 0 where it enters none."""
        around = set(self._structure.path(vertex.group))
        entered = set(self._structure.path(self.vertices[head].group)) - around
        return max((self._last_of.get(group, 0) for group in entered), default=0)

    def _behind_leaves(self, vertex: Vertex, head: str) -> int:
        """The rank of the leaves that meet a line from `vertex` where it has left its frames."""
        left = set(self._structure.path(vertex.group))
        left -= set(self._structure.path(self.vertices[head].group))
        if not left:
            return 0
        meeting = (wire.tail for wire in self._structure.wires if wire.uses[0].head == head)
        return max(
            (
                self.ranks.get(tail, 0)
                for tail in meeting
                if tail != vertex.id and self.vertices[tail].group is None
            ),
            default=0,
        )

    def _has_text(self, wire: Wire) -> bool:
        return self.vertices[wire.tail].kind != "constant" or bool(wire.value)

    def _fans_out(self, wire: Wire) -> bool:
        return len(wire.uses) > 1

    def _add_wire(self, wire: Wire, name: str) -> None:
        if not self._fans_out(wire):
            for use in wire.uses:
                run = Run(wire.tail, use.head, wire, use, wire.value, use.gradient)
                self._add_run(run, f"{name}-{len(self.runs)}", self._has_text(wire))
            return
        fan = f"{wire.tail}-fan-{name}"  # vertices have no hyphens in their names
        self.fans.append(fan)
        self.ranks[fan] = self.ranks[wire.tail] - 2
        self.sizes[fan] = (4 * LANE, 4 * LANE)
        self.groups[fan] = self.vertices[wire.tail].group
        self._add_run(
            Run(wire.tail, fan, wire, None, wire.value, wire.gradient), f"{name}-stem", True
        )
        for use in wire.uses:
            run = Run(fan, use.head, wire, use, Label(), use.gradient)
            self._add_run(run, f"{name}-{len(self.runs)}", True)

    def _add_run(self, run: Run, name: str, has_text: bool) -> None:
        start, end = self.ranks[run.tail], self.ranks[run.head]
        group = self.common_group(run.tail, run.head)
        for rank in range(start - 1, end, -1):
            stop = f"{name}-{rank}"
            self.ranks[stop] = rank
            self.groups[stop] = group
            self.sizes[stop] = (2 * LANE, 6 * LANE)
            if has_text and not run.place:
                run.place = stop
                self.sizes[stop] = self._text_extent(run)
            run.stops.append(stop)
        self.runs.append(run)

    def _text_extent(self, run: Run) -> tuple[float, float]:
        """The room for what is written on the two sides of a line."""
        (w, h), (u, v) = (extent(label, EDGE_SIZE) for label in (run.value, run.gradient))
        spare = SPARE if len(self.vertices) <= FEW else 0.0
        beside = 0.0 if self._is_main(run) else spare
        if self._direction == "TB":
            return 2 * (max(w, u) + LANE + GAP) + 8 + beside, self._long(h, v) + spare
        return self._long(w, u) + spare, 2 * (max(h, v) + LANE + GAP) + beside

    def _long(self, *lengths: float) -> float:
        """The length of a straight part, so that the bends at its ends are beyond its text."""
        return max(*lengths, SHORTEST) + 2 * LANE

    def _importance(self, run: Run, above: set[str]) -> int:
        if self._is_main(run):
            return 1
        if not run.stops:
            return 3
        return 0 if run.tail in above else 2

    def _drawn_above(self) -> set[str]:
        """What comes from above: the last of several leaves that meet a main chain in one place."""
        main = self._structure.on_main()
        meeting: dict[str, list[Run]] = {}
        for run in self.runs:
            if run.head in main and run.tail not in main and run.stops:
                meeting.setdefault(run.head, []).append(run)
        above: set[str] = set()
        for *others, last in meeting.values():
            is_leaf = last.tail in self.vertices and self.vertices[last.tail].kind != "operation"
            if others and is_leaf:
                above.update([last.tail, *last.stops])
        return above

    def _is_main(self, run: Run) -> bool:
        """Whether a run lies on the main chain; of several between the same, the first one."""
        head = self._structure.main.get(run.wire.tail)
        if head is None or run.use is None:
            return head is not None
        return run.use is next((use for use in run.wire.uses if use.head == head), None)

    def _open_frame(self, group: int) -> str:
        across = self._title_room(self._structure.groups[group].title)
        room = f'FIXEDSIZE="TRUE" WIDTH="{across:.0f}" HEIGHT="{TITLE_ROOM:.0f}"'
        label = f'<TABLE BORDER="0" {room}><TR><TD></TD></TR></TABLE>'
        return f"\tsubgraph cluster_{group} {{ label=<{label}> margin=10\n"

    def _title_room(self, title: str) -> float:
        """The width of the title of a frame, where lines come in from above twice of it."""
        room = title_extent(title)[0] + 3 * GAP
        return 2 * (room + LANE) if self._direction == "TB" else room

    def _members(self, framed: bool) -> Iterator[tuple[str | None, int | None]]:
        """The names of all places; (None, group) opens a frame, (None, None) closes it."""
        constants = {v.id for v in self._structure.vertices if v.kind == "constant"}
        main = self._structure.on_main()
        above = self._drawn_above()
        in_order = sorted(
            self.sizes, key=lambda name: (name in constants, name not in above, name not in main)
        )
        if not framed:
            yield from ((name, None) for name in in_order)
            return
        names: dict[int | None, list[str]] = {}
        for name in in_order:
            names.setdefault(self.groups[name], []).append(name)
        inner: dict[int | None, list[int]] = {}
        for index, group in enumerate(self._structure.groups):
            inner.setdefault(group.parent, []).append(index)
        stack: list[int | None] = [None]
        closing: Final = -1
        while stack:
            group_index = stack.pop()
            if group_index == closing:
                yield None, None
                continue
            if group_index is not None:
                yield None, group_index
                stack.append(closing)
            yield from ((name, group_index) for name in names.get(group_index, ()))
            stack.extend(reversed(inner.get(group_index, [])))
