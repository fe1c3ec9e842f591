"""A diagram as a text table."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from viz.appearance import Appearance
from viz.labels import visible
from viz.structure import Structure, Vertex


def text_table(structure: Structure, appearance: Appearance) -> str:
    """One line for each edge: forward in the order of computing, or back step by step.

    Where the reverse pass is drawn, the edges come in its order: what flows back, from where,
    to where. Otherwise the forward edges come in theirs.
    """
    vertices = {vertex.id: vertex for vertex in structure.vertices}
    edges = [(use.step, wire, use) for wire in structure.wires for use in wire.uses]
    is_backward = any(use.flows for _, _, use in edges)
    if not is_backward:
        rows = [
            [_name(vertices[wire.tail]), _name(vertices[use.head]), str(wire.value)]
            for _, wire, use in edges
        ]
        return _table(appearance.title, ["from", "to", "value"], rows, structure.notes)
    rows = [
        [
            str(step),
            _name(vertices[use.head]),
            _name(vertices[wire.tail]),
            str(wire.value),
            str(use.gradient) if appearance.shown(step) else "",
        ]
        for step, wire, use in sorted(edges, key=lambda edge: edge[0])
        if use.flows
    ]
    for wire in structure.wires:
        if wire.flows and len(wire.uses) > 1 and appearance.shown(wire.step):
            name = _name(vertices[wire.tail])
            rows.append([str(wire.step), "total", name, str(wire.value), str(wire.gradient)])
    rows.sort(key=lambda row: int(row[0]))
    header = ["step", "from", "to", "value", "gradient"]
    return _table(appearance.title, header, rows, structure.notes)


def _name(vertex: Vertex) -> str:
    """What a vertex is called in the table: an operation's id says which one it is."""
    if vertex.kind == "operation":
        number = vertex.id.rpartition("_")[2]
        name = vertex.label.text + (f" ({number})" if number.isdecimal() else "")
    else:
        name = str(vertex.label).split(", ")[0] or vertex.id
    return f"{name} [{vertex.alarm}]" if vertex.alarm else name


def _table(
    title: str, header: Sequence[str], rows: Sequence[Sequence[str]], notes: Sequence[str]
) -> str:
    cells = [[visible(cell) for cell in row] for row in [header, *rows]]
    widths = [max(map(_columns, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join([*([title] if title else []), *lines, *notes])


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: Korean letters take two."""
    return sum(
        0
        if unicodedata.category(character) in ("Mn", "Me", "Cf")
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )
