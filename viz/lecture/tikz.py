"""The lecture figure as TikZ, for papers and slides in LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from viz.appearance import Appearance
from viz.dot import EDGE_SIZE, VERTEX_SIZE, alarm_text, is_circle
from viz.lecture.geometry import Box, Point
from viz.lecture.latex import latex, latex_label, latex_lines
from viz.lecture.layout import DOT, FRAME_SIZE, Layout, Run
from viz.lecture.margins import SWATCH, TITLE_SIZE, legend_row
from viz.rendering.fonts import east_asian_letters
from viz.structure import Structure, Vertex
from viz.themes import LIMIT_NAMES, Theme


def picture(layout: Layout, structure: Structure, appearance: Appearance) -> str:
    r"""A LaTeX document of one TikZ picture.

    It compiles with LuaLaTeX and XeLaTeX; with pdfLaTeX too, unless names need letters that
    its fonts lack. The lines between ``\begin{document}`` and ``\end{document}`` can be taken
    over into a paper that loads TikZ and the same libraries of it.
    """
    colours = appearance.colours
    body = [
        *_colours(colours),
        rf"\begin{{tikzpicture}}[x=1pt, y=1pt, {_font(VERTEX_SIZE)}, text=ink,",
        rf"  words/.style={{align=center, inner sep=0pt, {_font(EDGE_SIZE)}}},",
        r"  leaf/.style={align=center, inner sep=0pt},",
        r"  operation/.style={draw=ink, line width=1pt, inner sep=0pt},",
        r"  module/.style={draw=ink, rounded corners=4pt, align=center, inner sep=0pt},",
        r"  forward/.style={draw=ink, line width=1pt, -{Latex[length=8pt, width=5pt]}},",
        r"  stem/.style={draw=ink, line width=1pt},",
        rf"  backward/.style={{draw=gradient, line width=3pt, {colours.backward_style}, "
        r"-{Latex[length=10pt, width=8pt]}}]",
        *_body(layout, structure, appearance),
        r"\end{tikzpicture}",
    ]
    lines = [
        r"\documentclass[border=4pt]{standalone}",
        r"\usepackage{iftex}",
        r"\ifpdftex\usepackage[T1]{fontenc}\usepackage{lmodern,textcomp}\else"
        r"\usepackage{fontspec}\fi",
        *([r"\usepackage{kotex}"] if east_asian_letters("".join(body)) else []),
        r"\usepackage{tikz}",
        r"\usetikzlibrary{arrows.meta, shapes.geometric}",
        *_page(colours),
        r"\begin{document}",
        *body,
        r"\end{document}",
    ]
    return "\n".join(lines) + "\n"


def _page(colours: Theme) -> Iterator[str]:
    if colours.background != "white":
        yield rf"\definecolor{{page}}{{HTML}}{{{_hexadecimal(colours.background)}}}"
        yield r"\pagecolor{page}"


def _colours(colours: Theme) -> Iterator[str]:
    for name, colour in (
        ("ink", colours.ink),
        ("frame", colours.frame),
        ("note", colours.note),
        ("gradient", colours.gradient),
        ("alarm", colours.alarm),
        ("paper", colours.background),
    ):
        # The ends of these lines must not become spaces before the picture.
        yield rf"\definecolor{{{name}}}{{HTML}}{{{_hexadecimal(colour)}}}%"


def _hexadecimal(colour: str) -> str:
    return {"white": "FFFFFF", "black": "000000"}.get(colour) or colour[1:].upper()


def _font(size: int) -> str:
    return rf"font=\sffamily\fontsize{{{size}}}{{{size * 1.25:g}}}\selectfont"


def _body(layout: Layout, structure: Structure, appearance: Appearance) -> Iterator[str]:
    # The same page for every step of the reverse pass, so that slides do not jump.
    yield rf"\path[use as bounding box] {_corners(layout.extent())};"
    for index, frame in layout.frames.items():
        yield rf"\draw[draw=frame, rounded corners=4pt] {_corners(frame)};"
        at = _at(layout.margins[f"frame-{index}-title"].center)
        title = latex(structure.groups[index].title)
        yield rf"\node[words, text=note, {_font(FRAME_SIZE)}] at {at} {{{title}}};"
    for number, vertex in enumerate(structure.vertices):
        yield from _vertex(vertex, number, layout, appearance)
    for run in layout.runs:
        yield from _run(run, layout, appearance)
    notes = "\n".join(structure.notes)
    for name, content, options in (
        ("title-", appearance.title, f"words, {_font(TITLE_SIZE)}"),
        ("notes-", notes, f"words, text=note, {_font(VERTEX_SIZE)}"),
    ):
        if name in layout.margins:
            at = _at(layout.margins[name].center)
            yield rf"\node[{options}] at {at} {{{latex_lines(content)}}};"
    if "legend-" in layout.margins:
        yield from _legend(layout.margins["legend-"], appearance.colours)


def _legend(place: Box, colours: Theme) -> Iterator[str]:
    """What the colours mean: the largest gradients at the top."""
    row = legend_row()
    y = place.top - row / 2
    yield rf"\node[leaf, anchor=west] at {_at((place.left, y))} {{gradient (rms)}};"
    for name, colour in reversed(list(zip(LIMIT_NAMES, colours.scale, strict=True))):
        y -= row
        swatch = Box((place.left + SWATCH / 2, y), SWATCH, row - 2)
        yield rf"\definecolor{{fill}}{{HTML}}{{{_hexadecimal(colour)}}}"
        yield rf"\fill[fill] {_corners(swatch)};"
        at = _at((place.left + SWATCH + 6, y))
        yield rf"\node[leaf, anchor=west] at {at} {{{latex(name)}}};"


def _vertex(vertex: Vertex, number: int, layout: Layout, appearance: Appearance) -> Iterator[str]:
    box = layout.boxes[vertex.id]
    options = ["leaf"]
    if vertex.kind in ("operation", "module"):
        fill, ink = _hexadecimal(appearance.fill(vertex)), _hexadecimal(appearance.ink(vertex))
        yield rf"\definecolor{{fill}}{{HTML}}{{{fill}}}\definecolor{{letters}}{{HTML}}{{{ink}}}"
        options = [vertex.kind, "fill=fill", "text=letters"]
        options += [f"minimum width={_number(box.width)}pt"]
        options += [f"minimum height={_number(box.height)}pt"]
        if vertex.kind == "operation":
            options.insert(1, f"shape={'circle' if is_circle(vertex) else 'ellipse'}")
    if vertex.alarm:
        options += ["draw=alarm", "double=paper"]
        at = _at(layout.alarms[vertex.id].center)
        yield rf"\node[words, text=alarm] at {at} {{{latex(alarm_text(vertex.alarm))}}};"
    # A name for lines that an author adds.
    name = vertex.id.replace("_", "-") if vertex.id.isascii() else f"vertex {number}"
    label = latex_label(vertex.label)
    yield rf"\node[{', '.join(options)}] ({name}) at {_at(box.center)} {{{label}}};"


def _run(run: Run, layout: Layout, appearance: Appearance) -> Iterator[str]:
    yield rf"\draw[{'stem' if run.use is None else 'forward'}] {_line(run.forward)};"
    if run.value_box is not None:
        yield rf"\node[words] at {_at(run.value_box.center)} {{{latex_label(run.value)}}};"
    shows = run.flows and appearance.shown(run.step)
    if shows:
        yield rf"\draw[backward] {_line(run.backward)};"
        if run.gradient_box is not None:
            center = _at(run.gradient_box.center)
            yield rf"\node[words, text=gradient] at {center} {{{latex_label(run.gradient)}}};"
    if run.use is None:
        value, gradient = layout.fans[run.head]
        yield rf"\fill[ink] {_at(value)} circle[radius={DOT}pt];"
        if shows:
            yield rf"\fill[gradient] {_at(gradient)} circle[radius={DOT}pt];"


def _line(points: Sequence[Point]) -> str:
    return " -- ".join(map(_at, points))


def _corners(box: Box) -> str:
    return f"{_at((box.left, box.bottom))} rectangle {_at((box.right, box.top))}"


def _at(point: Point) -> str:
    return f"({_number(point[0])}, {_number(point[1])})"


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
