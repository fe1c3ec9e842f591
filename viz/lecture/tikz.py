"""The lecture figure as TikZ, for papers and slides in LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from viz.appearance import Appearance
from viz.dot import alarm_text
from viz.labels import Label, visible
from viz.lecture.geometry import Box, Point
from viz.lecture.layout import DOT, Layout, Run, is_circle
from viz.structure import Structure, Vertex
from viz.themes import Theme

_SPECIAL: Final = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    '"': r"\textquotedbl{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
}
"""What LaTeX gives a meaning to, and how it is written."""

_SIGNS: Final = {
    "∂": r"\partial",
    "·": r"\cdot",
    "×": r"\times",
    "÷": r"\div",
    "−": "-",
    "∞": r"\infty",
    "√": r"\surd",
    "Σ": r"\Sigma",
    "Π": r"\Pi",
    "σ": r"\sigma",
    "μ": r"\mu",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\neq",
    "→": r"\to",
    "←": r"\leftarrow",
    "↓": r"\downarrow",
    "∗": "*",
    "⚠": r"\triangle",
    "…": r"\dots",
    "′": "'",
    "ᵀ": "^{T}",
    "⁻": "^{-}",
    **{sign: f"^{{{digit}}}" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: f"_{{{digit}}}" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}
"""Signs that are set in mathematics mode."""


def picture(layout: Layout, structure: Structure, appearance: Appearance) -> str:
    r"""A LaTeX document of one TikZ picture.

    It compiles with LuaLaTeX and XeLaTeX; with pdfLaTeX too, unless names need letters that
    its fonts lack, such as Korean ones. The lines between ``\begin{tikzpicture}`` and
    ``\end{tikzpicture}`` can be taken over into a paper.
    """
    colours = appearance.colours
    lines = [
        r"\documentclass[border=4pt]{standalone}",
        r"\usepackage{iftex}",
        r"\ifpdftex\usepackage[T1]{fontenc}\usepackage{textcomp}\else\usepackage{fontspec}\fi",
        *_korean(structure, appearance),
        r"\usepackage{tikz}",
        r"\usetikzlibrary{arrows.meta}",
        *_colours(colours),
        r"\begin{document}",
        r"\begin{tikzpicture}[x=1pt, y=1pt, font=\sffamily\fontsize{14}{17}\selectfont,",
        r"  text=ink, draw=ink,",
        r"  label/.style={align=center, inner sep=0pt,",
        r"    font=\sffamily\fontsize{11}{14}\selectfont},",
        r"  operation/.style={draw=ink, fill=circle, line width=1pt, inner sep=0pt},",
        r"  module/.style={draw=ink, fill=box, rounded corners=4pt, align=center, inner sep=0pt},",
        r"  leaf/.style={align=center, inner sep=0pt},",
        r"  forward/.style={draw=ink, line width=1pt, -{Latex[length=8pt, width=5pt]}},",
        r"  stem/.style={draw=ink, line width=1pt},",
        rf"  backward/.style={{draw=gradient, line width=3pt, {colours.backward_style}, "
        r"-{Latex[length=10pt, width=8pt]}}]",
        *_body(layout, structure, appearance),
        r"\end{tikzpicture}",
        r"\end{document}",
    ]
    return "\n".join(lines) + "\n"


def _colours(colours: Theme) -> Iterator[str]:
    for name, colour in (
        ("ink", colours.ink),
        ("circle", colours.circle),
        ("box", colours.box),
        ("frame", colours.frame),
        ("note", colours.note),
        ("gradient", colours.gradient),
        ("alarm", colours.alarm),
        ("paper", colours.background),
    ):
        yield rf"\definecolor{{{name}}}{{HTML}}{{{_hexadecimal(colour)}}}"
    yield r"\pagecolor{paper}"


def _hexadecimal(colour: str) -> str:
    return {"white": "FFFFFF", "black": "000000"}.get(colour) or colour[1:].upper()


def _korean(structure: Structure, appearance: Appearance) -> list[str]:
    """The package for Korean letters, where there are some."""
    texts = [appearance.title, *structure.notes, *(group.title for group in structure.groups)]
    texts += [str(vertex.label) for vertex in structure.vertices]
    for wire in structure.wires:
        texts += [str(wire.value), str(wire.gradient), *(str(use.gradient) for use in wire.uses)]
    has_korean = any("가" <= letter <= "힣" for text in texts for letter in text)
    return [r"\usepackage{kotex}"] if has_korean else []


def _body(layout: Layout, structure: Structure, appearance: Appearance) -> Iterator[str]:
    for index, frame in layout.frames.items():
        low, high = (frame.left, frame.bottom), (frame.right, frame.top)
        yield rf"\draw[frame, rounded corners=4pt] {_at(low)} rectangle {_at(high)};"
        title = text(structure.groups[index].title)
        above = (frame.center[0], frame.top - 8)
        yield rf"\node[label, text=note] at {_at(above)} {{{title}}};"
    for vertex in structure.vertices:
        yield from _vertex(vertex, layout.boxes[vertex.id], appearance)
    for run in layout.runs:
        yield from _run(run, layout, appearance)
    boxes = [*layout.boxes.values(), *layout.frames.values()]
    boxes += [box for run in layout.runs for box in run.boxes()]
    middle = (min(box.left for box in boxes) + max(box.right for box in boxes)) / 2
    bottom = min(box.bottom for box in boxes)
    if appearance.title:
        top = (middle, max(box.top for box in boxes) + 24)
        size = r"font=\sffamily\fontsize{18}{22}\selectfont"
        yield rf"\node[{size}] at {_at(top)} {{{text(appearance.title)}}};"
    for number, note in enumerate(structure.notes, start=1):
        below = (middle, bottom - 16 * number)
        yield rf"\node[label, text=note] at {_at(below)} {{{text(note)}}};"


def _vertex(vertex: Vertex, box: Box, appearance: Appearance) -> Iterator[str]:
    options = ["leaf"]
    if vertex.kind in ("operation", "module"):
        fill, ink = _hexadecimal(appearance.fill(vertex)), _hexadecimal(appearance.ink(vertex))
        yield rf"\definecolor{{fill}}{{HTML}}{{{fill}}}\definecolor{{letters}}{{HTML}}{{{ink}}}"
        options = [vertex.kind, "fill=fill", "text=letters"]
        options += [f"minimum width={_number(box.width)}pt"]
        options += [f"minimum height={_number(box.height)}pt"]
        if vertex.kind == "operation":
            corner = min(box.width, box.height) / 2
            round_ = "circle" if is_circle(vertex) else f"rounded corners={_number(corner)}pt"
            options.insert(1, round_)
    if vertex.alarm:
        options += ["draw=alarm", "double"]
        above = (box.center[0], box.top + 10)
        yield rf"\node[label, text=alarm] at {_at(above)} {{{text(alarm_text(vertex.alarm))}}};"
    name = f"({vertex.id.replace('_', '-')})"
    yield rf"\node[{', '.join(options)}] {name} at {_at(box.center)} {{{_label(vertex.label)}}};"


def _run(run: Run, layout: Layout, appearance: Appearance) -> Iterator[str]:
    yield rf"\draw[{'stem' if run.use is None else 'forward'}] {_line(run.forward)};"
    if run.value_box is not None:
        yield rf"\node[label] at {_at(run.value_box.center)} {{{_label(run.value)}}};"
    shows = run.flows and appearance.shown(run.step)
    if shows:
        yield rf"\draw[backward] {_line(run.backward)};"
        if run.gradient_box is not None:
            center = _at(run.gradient_box.center)
            yield rf"\node[label, text=gradient] at {center} {{{_label(run.gradient)}}};"
    if run.use is None:
        value, gradient = layout.fans[run.head]
        yield rf"\fill[ink] {_at(value)} circle[radius={DOT}pt];"
        if shows:
            yield rf"\fill[gradient] {_at(gradient)} circle[radius={DOT}pt];"


def _line(points: Sequence[Point]) -> str:
    return " -- ".join(map(_at, points))


def _at(point: Point) -> str:
    return f"({_number(point[0])}, {_number(point[1])})"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _label(label: Label) -> str:
    written = r"\\".join(map(text, label.text.split("\n")))
    if not label.table:
        return written
    rows = r"\\".join(" & ".join(cell.replace("−", "-") for cell in row) for row in label.table)
    rows = rows.replace("∞", r"\infty").replace("NaN", r"\mathrm{NaN}").replace("True", "1")
    rows = rows.replace("False", "0")
    matrix = rf"$\left[\begin{{array}}{{{'r' * len(label.table[0])}}}{rows}\end{{array}}\right]$"
    return f"{written} {matrix}".strip()


def text(content: str) -> str:
    """Text as LaTeX prints it, letter by letter; signs in mathematics mode."""
    return "".join(map(_letter, visible(content).replace("x̂", "\ue000"))).replace("$$", "")


def _letter(letter: str) -> str:
    if letter == "\ue000":
        return r"$\hat{x}$"
    if letter in _SIGNS:
        return f"${_SIGNS[letter]}$"
    return _SPECIAL.get(letter, letter)
