"""Repeated blocks folded into one, marked ×N."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from viz.labels import Label
from viz.structure import Group, Structure, Use, Vertex
from viz.themes import level

FEWEST: Final = 3
"""So many equal blocks in a row are folded; two are drawn as they are."""

LONGEST: Final = 50
"""Blocks of more vertices than this are not looked for."""


def fold(structure: Structure, coloured: bool) -> None:
    """Draw blocks that repeat, each fed by the one before it, once.

    Blocks are equal where their vertices are (the same layers, of the same shapes, in the same
    colour) and are connected alike. The first one is kept; what left the last one leaves it now.

    Parameters
    ----------
    structure : Structure
        Changed in place.
    coloured : bool
        Whether the size of a gradient is seen.
    """
    if coloured:
        for vertex in structure.vertices:
            if vertex.size is not None:
                vertex.signature += f" {level(vertex.size)}"
    while (found := _longest_run(structure)) is not None:
        _fold_run(structure, *found)


def _longest_run(structure: Structure) -> tuple[int, int, int] | None:
    """Start, length and number of the equal blocks that save most."""
    vertices = structure.vertices
    best, saved = None, 0
    for length in range(1, min(len(vertices) // FEWEST, LONGEST) + 1):
        same = 0
        for i in range(len(vertices) - length - 1, -1, -1):
            same = same + 1 if _alike(vertices[i], vertices[i + length]) else 0
            times = same // length + 1
            if times >= FEWEST and (times - 1) * length > saved:
                connected = _connected(structure, i, length, times)
                if connected >= FEWEST and (connected - 1) * length > saved:
                    best, saved = (i, length, connected), (connected - 1) * length
    return best


def _alike(x: Vertex, y: Vertex) -> bool:
    return (
        bool(x.signature)
        and x.kind not in ("result", "input")
        and (x.signature, x.kind, x.alarm) == (y.signature, y.kind, y.alarm)
    )


def _connected(structure: Structure, start: int, length: int, times: int) -> int:
    """How many of the blocks, from the first, hang together in the same way."""
    index = {vertex.id: i for i, vertex in enumerate(structure.vertices)}
    end = start + length * times
    within: dict[int, list[tuple[int, int]]] = defaultdict(list)
    entering: dict[int, list[tuple[int, int]]] = defaultdict(list)
    leaving_early = end
    for wire in structure.wires:
        tail = index[wire.tail]
        for use in wire.uses:
            head = index[use.head]
            if start <= head < end:
                block, place = divmod(head - start, length)
                edge = (place, head - tail)
                if tail >= start + block * length:
                    within[block].append(edge)
                else:
                    entering[block].append(edge)
            if start <= tail < end and (head - start) // length > (tail - start) // length + 1:
                leaving_early = min(leaving_early, start + ((tail - start) // length + 1) * length)
    count = 1
    while count < times:
        if sorted(within[count]) != sorted(within[0]):
            break
        if count > 1 and sorted(entering[count]) != sorted(entering[1]):
            break
        if any(offset > place + length for place, offset in entering[count]):
            break  # fed by something before the block in front of it
        if not entering[count]:
            break
        count += 1
    return min(count, (leaving_early - start) // length)


def _fold_run(structure: Structure, start: int, length: int, times: int) -> None:
    vertices = structure.vertices
    kept = vertices[start : start + length]
    last = vertices[start + (times - 1) * length : start + times * length]
    dropped = {vertex.id for vertex in vertices[start + length : start + times * length]}
    first_of_last = {vertex.id: kept[i].id for i, vertex in enumerate(last)}
    kept_ids = {vertex.id for vertex in kept}

    wires = []
    for wire in structure.wires:
        outside = [use for use in wire.uses if use.head not in dropped]
        if wire.tail in first_of_last:
            wire.tail, wire.uses = first_of_last[wire.tail], outside
        elif wire.tail in dropped:
            continue
        elif wire.tail in kept_ids:
            wire.uses = [use for use in outside if use.head in kept_ids]
        else:
            wire.uses = outside
        if wire.uses:
            wires.append(wire)
    structure.wires = wires
    structure.vertices = [vertex for vertex in vertices if vertex.id not in dropped]
    structure.main = {
        first_of_last.get(tail, tail): head
        for tail, head in structure.main.items()
        if head not in dropped and (tail not in dropped or tail in first_of_last)
    }
    _frame(structure, kept, vertices[start + length], times)
    _number_steps(structure)


def _frame(structure: Structure, kept: list[Vertex], next_block: Vertex, times: int) -> None:
    """Put the block that was kept in a group of its own, within what is around all blocks."""
    groups = structure.groups
    around = set(structure.path(next_block.group))
    common = next((g for g in structure.path(kept[0].group) if g in around), None)
    frame = len(groups)
    groups.append(Group(f"× {times}", common))
    for vertex in kept:
        path = structure.path(vertex.group)
        inner = path[: path.index(common)] if common in path else path
        if inner:
            groups[inner[-1]].parent = frame
        else:
            vertex.group = frame
        vertex.signature = ""
        first, *rest = vertex.label.text.split("\n")
        vertex.label = Label("\n".join([first.rpartition(": ")[2], *rest]), vertex.label.table)


def _number_steps(structure: Structure) -> None:
    """Close the gaps that the dropped blocks left in the steps of the reverse pass."""
    uses: list[Use] = [use for wire in structure.wires for use in wire.uses if use.flows]
    order = {step: i for i, step in enumerate(sorted({use.step for use in uses}), start=1)}
    for use in uses:
        use.step = order[use.step]
