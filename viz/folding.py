"""Repeated blocks folded into one, marked ×N."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from viz.labels import Label, number
from viz.structure import LEAVES, Group, Structure, Use, Vertex, Wire
from viz.themes import level

FEWEST: Final = 3
"""So many equal blocks in a row are folded; two are drawn as they are."""

LONGEST: Final = 50
"""Blocks of more vertices than this are not looked for."""

MOST: Final = 20
"""More places where something repeats are left as they are."""


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
    for _ in range(MOST):
        found = _longest_run(structure)
        if found is None:
            break
        _fold_run(structure, *found)
    _drop_empty_groups(structure)


def _longest_run(structure: Structure) -> tuple[int, int, int] | None:
    """Start, length and number of the equal blocks that save most."""
    edges = _Edges(structure)
    kinds: dict[object, int] = {}
    codes = np.array([kinds.setdefault(_likeness(v), len(kinds)) for v in structure.vertices])
    best, saved = None, 0
    for length in range(1, min(len(codes) // FEWEST, LONGEST) + 1):
        for start, end in _alike_runs(codes, length):
            for i in range(start, start + length):  # the blocks may begin at any of these
                times = (end - i) // length
                if times >= FEWEST and (times - 1) * length > saved:
                    times = edges.connected(i, length, times)
                    if times >= FEWEST and (times - 1) * length > saved:
                        best, saved = (i, length, times), (times - 1) * length
    return best


def _likeness(vertex: Vertex) -> object:
    """What vertices have in common that may be folded into one."""
    if not vertex.signature or vertex.kind in ("result", "input"):
        return vertex.id
    return vertex.signature, vertex.kind, vertex.alarm


def _alike_runs(codes: np.ndarray[Any, Any], length: int) -> Iterator[tuple[int, int]]:
    """Where vertices are like those that come `length` later: first, and last + 1."""
    alike = np.concatenate([[False], codes[:-length] == codes[length:], [False]])
    changes = np.flatnonzero(np.diff(alike))
    for start, end in changes.reshape(-1, 2).tolist():
        if end - start >= (FEWEST - 1) * length:
            yield start, end + length


class _Edges:
    """The edges of a structure by the places of their ends."""

    def __init__(self, structure: Structure) -> None:
        index = {vertex.id: i for i, vertex in enumerate(structure.vertices)}
        self._tails: list[list[int]] = [[] for _ in index]
        self._heads: list[list[int]] = [[] for _ in index]
        for wire in structure.wires:
            for use in wire.uses:
                self._tails[index[use.head]].append(index[wire.tail])
                self._heads[index[wire.tail]].append(index[use.head])

    def connected(self, start: int, length: int, times: int) -> int:
        """How many of the blocks, from the first, hang together in the same way."""
        count = 1
        while count < times:
            block = start + count * length
            if self._within(block, length) != self._within(start, length):
                break
            fed = self._entering(block, length)
            if not fed or any(tail < -length for _, tail in fed):
                break  # not by the block in front of it, or by something before that too
            if count > 1 and fed != self._entering(start + length, length):
                break
            before = range(block - length, block)
            if any(head >= block + length for tail in before for head in self._heads[tail]):
                break
            count += 1
        return count

    def _within(self, block: int, length: int) -> list[tuple[int, int]]:
        """The edges within a block, relative to its start."""
        return sorted(
            (head - block, tail - block)
            for head in range(block, block + length)
            for tail in self._tails[head]
            if tail >= block
        )

    def _entering(self, block: int, length: int) -> list[tuple[int, int]]:
        """The edges into a block, relative to its start."""
        return sorted(
            (head - block, tail - block)
            for head in range(block, block + length)
            for tail in self._tails[head]
            if tail < block
        )


def _fold_run(structure: Structure, start: int, length: int, times: int) -> None:
    vertices = structure.vertices
    kept = vertices[start : start + length]
    last = vertices[start + (times - 1) * length : start + times * length]
    dropped = {vertex.id for vertex in vertices[start + length : start + times * length]}
    first_of_last = {vertex.id: kept[i].id for i, vertex in enumerate(last)}
    kept_ids = {vertex.id for vertex in kept}

    _summarise(structure, start, length, times)
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
    structure.number_steps()


def _summarise(structure: Structure, start: int, length: int, times: int) -> None:
    """Let what is written within the first block be true of all blocks.

    What enters the first block, and what leaves the last one, stays as it is.
    """
    index = {vertex.id: i for i, vertex in enumerate(structure.vertices)}
    wires: dict[tuple[int, int], list[Wire]] = {}
    uses: dict[tuple[int, int], list[Use]] = {}
    for wire in structure.wires:
        block, place = divmod(index[wire.tail] - start, length)
        inner = [use for use in wire.uses if (index[use.head] - start) // length == block]
        if 0 <= block < times and inner:
            wires.setdefault((block, place), []).append(wire)
            uses.setdefault((block, place), []).extend(inner)
    for place in range(length):
        blocks = range(times)
        for alike in zip(*(wires.get((block, place), []) for block in blocks), strict=True):
            alike[0].value = _common([wire.value for wire in alike])
            alike[0].gradient = _common_gradient(alike)
        for same in zip(*(uses.get((block, place), []) for block in blocks), strict=True):
            same[0].gradient = _common_gradient(same)
        leaves = [structure.vertices[start + place + length * block] for block in blocks]
        if leaves[0].kind in LEAVES:
            leaves[0].label = _common([leaf.label for leaf in leaves]) or Label("…")


def _common(labels: Sequence[Label]) -> Label:
    """The label that all have; an empty one where they differ."""
    return labels[0] if all(label == labels[0] for label in labels) else Label()


def _common_gradient(carriers: Sequence[Wire | Use]) -> Label:
    """The gradient that all carry, or the range of their sizes."""
    common = _common([carrier.gradient for carrier in carriers])
    sizes = [carrier.size for carrier in carriers if carrier.size is not None]
    if common or len(sizes) < len(carriers):
        return common
    return Label(f"rms {number(min(sizes))} to {number(max(sizes))}")


def _frame(structure: Structure, kept: list[Vertex], next_block: Vertex, times: int) -> None:
    """Put the block that was kept in a group of its own, within what is around all blocks."""
    groups = structure.groups
    around = set(structure.path(next_block.group))
    common = next((g for g in structure.path(kept[0].group) if g in around), None)
    frame = len(groups)
    inner: set[int] = set()
    for vertex in kept:
        below = [g for g in structure.path(vertex.group) if g not in around]
        inner.update(below[-1:])
        if not below:
            vertex.group = frame
        vertex.signature = ""
        first, *rest = vertex.label.text.split("\n")
        vertex.label = Label("\n".join([first.rpartition(": ")[2], *rest]), vertex.label.table)
    groups.append(Group(f"× {times}", common))
    for group in inner:
        groups[group].parent = frame
        groups[group].title = groups[group].title.rpartition(": ")[2]


def _drop_empty_groups(structure: Structure) -> None:
    """Forget the groups whose vertices have all been dropped."""
    used = {group for vertex in structure.vertices for group in structure.path(vertex.group)}
    index = {group: i for i, group in enumerate(sorted(used))}
    structure.groups = [structure.groups[group] for group in sorted(used)]
    for group in structure.groups:
        group.parent = None if group.parent is None else index[group.parent]
    for vertex in structure.vertices:
        vertex.group = None if vertex.group is None else index[vertex.group]
