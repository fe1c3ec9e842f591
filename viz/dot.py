"""Plain layered DOT, for graphs of any size: Graphviz's dot does all of the layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape as escape_html
from typing import Any, Final

import graphviz

from viz.appearance import Appearance
from viz.labels import Label, visible
from viz.measure import width
from viz.structure import LEAVES, Structure, Use, Vertex, Wire
from viz.themes import LIMIT_NAMES

FONT: Final = "Helvetica"
VERTEX_SIZE: Final = 14
EDGE_SIZE: Final = 13
"""Sizes of letters, in points."""

RADIUS: Final = 20.0
"""Of a circle, in points."""

MANY: Final = 6
"""A leaf of more uses than this is written anew at each of them, where Graphviz does the layout:
lines through many ranks take it minutes, and nobody could follow them."""


def layered(structure: Structure, appearance: Appearance) -> str:
    """The diagram as DOT text, without positions.

    Each use is one edge forward and, where something flows back, one beside it that points
    back.
    """
    graph = new_graph(appearance)
    graph.attr(rankdir=appearance.direction, nodesep="0.35", ranksep="0.45")
    if appearance.title:
        graph.attr(label=text(appearance.title), labelloc="t", fontsize="18")
    copies = _copies(structure)
    _write_vertices(graph, structure, [*structure.vertices, *copies.values()], appearance)
    for wire in structure.wires:
        for count, use in enumerate(wire.uses):
            is_main = structure.main.get(wire.tail) == use.head
            tail = copies[wire.tail, count].id if (wire.tail, count) in copies else wire.tail
            _write_edge(graph, tail, wire, use, count, appearance, is_main)
    if structure.notes:
        note = dot_label(Label("\n".join(structure.notes)))
        ink = appearance.colours.note
        graph.node("diagram-notes", label=note, shape="plaintext", fontcolor=ink)
    if appearance.coloured:
        graph.node("diagram-legend", label=legend(appearance), shape="plaintext")
    return str(graph.source)


def new_graph(appearance: Appearance) -> graphviz.Digraph:
    """A graph with the colours and letters of the theme."""
    colours = appearance.colours
    graph = graphviz.Digraph("diagram")
    graph.attr(bgcolor=colours.background, fontname=FONT, fontcolor=colours.ink)
    graph.attr(
        "node",
        id="\\N",  # by Graphviz's own words: the name
        fontname=FONT,
        fontsize=str(VERTEX_SIZE),
        color=colours.ink,
        fontcolor=colours.ink,
        fillcolor=colours.circle,
    )
    graph.attr(
        "edge",
        fontname=FONT,
        fontsize=str(EDGE_SIZE),
        color=colours.ink,
        fontcolor=colours.ink,
        arrowsize="0.7",
    )
    return graph


def _copies(structure: Structure) -> dict[tuple[str, int], Vertex]:
    """Further vertices for a leaf of many uses: by its id and the number of the use."""
    vertices = {vertex.id: vertex for vertex in structure.vertices}
    return {
        (wire.tail, count): replace(
            vertices[wire.tail], id=f"{wire.tail}-{count}", group=vertices[use.head].group
        )
        for wire in structure.wires
        if vertices[wire.tail].kind in LEAVES and len(wire.uses) > MANY
        for count, use in enumerate(wire.uses)
        if count
    }


def _write_vertices(
    graph: graphviz.Digraph,
    structure: Structure,
    vertices: Sequence[Vertex],
    appearance: Appearance,
) -> None:
    """All vertices, within the frames of their groups."""
    main = structure.on_main()
    members: dict[int | None, list[Vertex]] = {}
    for vertex in vertices:
        members.setdefault(vertex.group, []).append(vertex)
    inner: dict[int | None, list[int]] = {}
    for number, group in enumerate(structure.groups):
        inner.setdefault(group.parent, []).append(number)
    stack: list[tuple[int | None, bool]] = [(None, True)]
    while stack:  # by hand, since modules may be nested deeply
        index, opens = stack.pop()
        if not opens:
            graph.body.append("\t}\n")
            continue
        if index is not None:
            graph.body.append(f"\tsubgraph cluster_{index} {{\n")
            graph.attr(
                label=text(structure.groups[index].title),
                color=appearance.colours.frame,
                fontcolor=appearance.colours.note,
                fontsize=str(EDGE_SIZE + 1),
                style="rounded",
            )
            stack.append((index, False))
        for vertex in members.get(index, ()):
            extra = {"group": "main"} if vertex.id in main else {}
            graph.node(vertex.id, **vertex_attributes(vertex, appearance), **extra)
        stack.extend((part, True) for part in reversed(inner.get(index, [])))


def is_circle(vertex: Vertex) -> bool:
    """Whether it is drawn as a circle: an operation whose symbol fits into one."""
    fits = width(vertex.label.text, VERTEX_SIZE) <= 2 * RADIUS - 6
    return vertex.kind == "operation" and fits


def vertex_attributes(vertex: Vertex, appearance: Appearance) -> dict[str, str]:
    """Shape, colours and text of a vertex."""
    attributes = {"label": dot_label(vertex.label)}
    if vertex.tooltip:
        attributes["tooltip"] = text(vertex.tooltip)
    if vertex.kind == "operation":
        diameter = f"{2 * RADIUS / 72:.4f}"
        if is_circle(vertex):
            attributes |= {"shape": "circle", "fixedsize": "true", "width": diameter}
        else:
            attributes |= {"shape": "ellipse", "height": diameter, "margin": "0.05"}
        attributes["style"] = "filled"
    elif vertex.kind == "module":
        attributes |= {"shape": "box", "style": "rounded,filled"}
    else:
        attributes |= {"shape": "plaintext", "margin": "0.06,0.04"}
    if (fill := appearance.fill(vertex)) != appearance.colours.circle:
        attributes["fillcolor"] = fill
    if (ink := appearance.ink(vertex)) != appearance.colours.ink:
        attributes["fontcolor"] = ink
    if vertex.alarm:
        attributes |= {"color": appearance.colours.alarm, "peripheries": "2", "penwidth": "2.5"}
        attributes["xlabel"] = text(alarm_text(vertex.alarm))
    return attributes


def alarm_text(alarm: str) -> str:
    """What is written beside a vertex where things get worse."""
    return f"⚠ {alarm}"


def _write_edge(
    graph: graphviz.Digraph,
    tail: str,
    wire: Wire,
    use: Use,
    count: int,
    appearance: Appearance,
    is_main: bool,
) -> None:
    weight = {"weight": "50"} if is_main else {}
    identity = f"{wire.tail}__{use.head}_{count}" if count else f"{wire.tail}__{use.head}"
    label = {"label": dot_label(wire.value)} if wire.value else {}
    graph.edge(tail, use.head, id=identity, **label, **weight)
    if use.flows:
        graph.edge(
            tail,
            use.head,
            label=dot_label(use.gradient),
            id=f"{identity}__back",
            dir="back",
            **backward_attributes(appearance, use.step),
            **weight,
        )


def backward_attributes(appearance: Appearance, step: int) -> dict[str, str]:
    """Colour and width of an arrow back; room alone where its step has not come."""
    colours = appearance.colours
    return {
        "color": colours.gradient,
        "fontcolor": colours.gradient,
        "penwidth": "3",
        "style": colours.backward_style if appearance.shown(step) else "invis",
    }


def text(content: str) -> Any:
    """Text that Graphviz writes as it is, line by line."""
    lines = (
        visible(line).replace("\\", "\\\\").replace("&", "&amp;") for line in content.split("\n")
    )
    return graphviz.nohtml("\\n".join(lines))


def dot_label(label: Label) -> Any:
    """A label as Graphviz takes it; with a table, in its HTML-like form."""
    return html_label(label) if label.table else text(label.text)


def html_label(label: Label) -> str:
    """Text and a table between brackets, as Graphviz's HTML-like label."""
    rows = [
        "".join(f'<TD ALIGN="RIGHT">{escape_html(cell)}</TD>' for cell in row)
        for row in label.table
    ]
    rows[0] = f"{_bracket('LTB', len(rows))}{rows[0]}{_bracket('RTB', len(rows))}"
    body = "".join(f"<TR>{row}</TR>" for row in rows)
    table = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3">{body}</TABLE>'
    lines = "<BR/>".join(escape_html(visible(line)) for line in label.text.split("\n"))
    before = f"<TD>{lines}&#160;</TD>" if label.text else ""
    return (
        f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">'
        f"<TR>{before}<TD>{table}</TD></TR></TABLE>>"
    )


def _bracket(sides: str, rows: int) -> str:
    """An empty cell with borders on three sides: one of the brackets around a table."""
    return f'<TD BORDER="1" SIDES="{sides}" ROWSPAN="{rows}" CELLPADDING="0" WIDTH="4"></TD>'


def legend(appearance: Appearance) -> str:
    """What the colours mean."""
    scale = appearance.colours.scale
    cells = "".join(
        f'<TR><TD BGCOLOR="{colour}" WIDTH="24"></TD><TD ALIGN="LEFT">{escape_html(name)}</TD></TR>'
        for colour, name in reversed(list(zip(scale, LIMIT_NAMES, strict=True)))
    )
    return (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2">'
        f'<TR><TD COLSPAN="2">gradient (rms)</TD></TR>{cells}</TABLE>>'
    )
