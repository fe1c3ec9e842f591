"""The lecture figure as DOT in which everything has its position, for Graphviz to draw."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Final

import graphviz

from viz.appearance import Appearance
from viz.dot import (
    EDGE_SIZE,
    VERTEX_SIZE,
    alarm_text,
    backward_attributes,
    dot_label,
    legend,
    new_graph,
    vertex_attributes,
)
from viz.labels import Label
from viz.lecture.geometry import Box, Point, direction
from viz.lecture.layout import DOT, FRAME_SIZE, Layout, Run
from viz.lecture.margins import TITLE_SIZE
from viz.structure import Structure, Vertex

HEAD: Final = 8.0
"""The length of an arrow's head, in points."""


def placed(layout: Layout, structure: Structure, appearance: Appearance) -> str:
    """DOT text with all positions, in points, as ``neato -n2`` keeps them."""
    graph = new_graph(appearance)
    graph.attr(outputorder="nodesfirst", splines="true", pad="0.15")
    for index, frame in layout.frames.items():
        title = layout.margins[f"frame-{index}-title"]
        _write_frame(graph, index, frame, appearance)
        note = {"fontsize": str(FRAME_SIZE), "fontcolor": appearance.colours.note}
        _write_text(
            graph, f"frame-{index}-title", Label(structure.groups[index].title), title, note
        )
    for vertex in structure.vertices:
        _write_vertex(graph, vertex, layout, appearance)
    for name, points in layout.fans.items():
        _write_fan(graph, name, points, layout, appearance)
    for count, run in enumerate(layout.runs):
        _write_run(graph, run, count, appearance)
    _write_margins(graph, layout, structure, appearance)
    return str(graph.source)


def _position(point: Point) -> str:
    return f"{_round(point[0])},{_round(point[1])}"


def _round(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def _write_frame(
    graph: graphviz.Digraph,
    index: int,
    frame: Box,
    appearance: Appearance,
) -> None:
    graph.node(
        f"frame-{index}",
        label="",
        id=f"frame-{index}",
        pos=_position(frame.center),
        width=f"{frame.width / 72:.4f}",
        height=f"{frame.height / 72:.4f}",
        fixedsize="true",
        shape="box",
        style="rounded",
        color=appearance.colours.frame,
    )


def _write_vertex(
    graph: graphviz.Digraph, vertex: Vertex, layout: Layout, appearance: Appearance
) -> None:
    box = layout.boxes[vertex.id]
    attributes = vertex_attributes(vertex, appearance)
    attributes.pop("xlabel", None)
    if vertex.kind == "operation" or vertex.kind == "module":
        attributes |= {"width": f"{box.width / 72:.4f}", "height": f"{box.height / 72:.4f}"}
        attributes["fixedsize"] = "true"
    graph.node(vertex.id, pos=_position(box.center), **attributes)
    if vertex.alarm:
        colour = {"fontcolor": appearance.colours.alarm}
        label = Label(alarm_text(vertex.alarm))
        _write_text(graph, f"{vertex.id}-alarm", label, layout.alarms[vertex.id], colour)


def _write_fan(
    graph: graphviz.Digraph,
    name: str,
    points: tuple[Point, Point],
    layout: Layout,
    appearance: Appearance,
) -> None:
    """The dot where a value fans out, and the one where what flows back meets."""
    colours = appearance.colours
    stem = next(run for run in layout.runs if run.head == name)
    shows = stem.flows and appearance.shown(stem.step)
    size = f"{2 * DOT / 72:.4f}"
    for suffix, point, colour, wanted in (
        ("", points[0], colours.ink, True),
        ("-back", points[1], colours.gradient, shows),
    ):
        graph.node(
            name + suffix,
            label="",
            id=name + suffix,
            shape="circle",
            fixedsize="true",
            width=size,
            height=size,
            style="filled" if wanted else "invis",
            color=colour,
            fillcolor=colour,
            pos=_position(point),
        )


def _write_run(graph: graphviz.Digraph, run: Run, count: int, appearance: Appearance) -> None:
    identity = f"{run.id}-{count}"
    _write_line(graph, run.tail, run.head, identity, run.forward, run.use is not None, {})
    _write_text(graph, f"{identity}-value", run.value, run.value_box, {})
    if not run.flows:
        return
    attributes = backward_attributes(appearance, run.step)
    _write_line(
        graph, run.head, run.tail, f"{identity}-back", run.backward, True, attributes, DOT_WIDTH
    )
    hidden = {"style": "invis"} if not appearance.shown(run.step) else {}
    _write_text(
        graph,
        f"{identity}-gradient",
        run.gradient,
        run.gradient_box,
        {
            "fontcolor": appearance.colours.gradient,
            "color": appearance.colours.gradient,  # of the brackets
            **hidden,
        },
    )


DOT_WIDTH: Final = 1.2
"""How much larger the head of a thick arrow is."""


def _write_line(
    graph: graphviz.Digraph,
    tail: str,
    head: str,
    identity: str,
    line: Sequence[Point],
    has_head: bool,
    attributes: dict[str, str],
    scale: float = 1.0,
) -> None:
    graph.edge(
        tail,
        head,
        id=identity,
        pos=spline(line, HEAD * scale if has_head else 0.0),
        arrowhead="normal" if has_head else "none",
        arrowsize=f"{0.8 * scale:g}",
        **attributes,
    )


def spline(line: Sequence[Point], head: float) -> str:
    """Straight segments as the Bézier curves of a ``pos`` attribute, with an arrow's head."""
    points = list(line)
    prefix = ""
    if head:
        tip = points[-1]
        x, y = direction(points[-2], tip)
        reach = min(head, math.dist(points[-2], tip) * 0.8)
        points[-1] = (tip[0] - reach * x, tip[1] - reach * y)
        prefix = f"e,{_position(tip)} "
    curve = [points[0]]
    for start, end in itertools.pairwise(points):
        for share in (1 / 3, 2 / 3):
            curve.append(
                (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))
            )
        curve.append(end)
    return prefix + " ".join(map(_position, curve))


def _write_text(
    graph: graphviz.Digraph,
    identity: str,
    label: Label,
    box: Box | None,
    attributes: dict[str, str],
) -> None:
    if box is not None:
        graph.node(
            identity,
            label=dot_label(label),
            id=identity,
            shape="plaintext",
            margin="0",
            width="0",
            height="0",
            pos=_position(box.center),
            **{"fontsize": str(EDGE_SIZE), **attributes},
        )


def _write_margins(
    graph: graphviz.Digraph, layout: Layout, structure: Structure, appearance: Appearance
) -> None:
    """Title above, notes below, legend at the right."""
    note = {"fontsize": str(VERTEX_SIZE), "fontcolor": appearance.colours.note}
    for name, content, attributes in (
        ("title-", appearance.title, {"fontsize": str(TITLE_SIZE)}),
        ("notes-", "\n".join(structure.notes), note),
    ):
        _write_text(graph, name, Label(content), layout.margins.get(name), attributes)
    if "legend-" in layout.margins:
        position = _position(layout.margins["legend-"].center)
        graph.node(
            "legend-", label=legend(appearance), id="legend-", shape="plaintext", pos=position
        )
