"""A diagram: DOT text, pictures, a text table."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from autodiff.whole_file import whole_file
from viz.appearance import Appearance
from viz.dot import layered
from viz.lecture import lay_out
from viz.lecture.geometry import Box
from viz.lecture.layout import Layout
from viz.lecture.placed import placed
from viz.lecture.tikz import picture
from viz.rendering.render import render
from viz.rendering.svg import accessible
from viz.structure import Structure
from viz.table import text_table

LECTURE: Final = 60
"""Diagrams of at most so many vertices are laid out as a lecturer draws them."""

LARGEST: Final = 2000
"""Diagrams of more vertices are not rendered: nobody could read them, or wait for them."""

PICTURES: Final = ("svg", "png", "pdf")
TEXTS: Final = ("dot", "gv", "tex")


class Diagram:
    """What `viz.graph` and `viz.backward_flow` return; in a notebook it shows itself.

    ``str(diagram)`` is the same as a text table, for terminals and for those who do not see
    the picture.

    Parameters
    ----------
    structure : Structure
        What is drawn.
    appearance : Appearance
        How.
    coarser : function, optional
        Gives the same by modules, which is rendered where this is too large.
    """

    def __init__(
        self,
        structure: Structure,
        appearance: Appearance,
        coarser: Callable[[], Diagram] | None = None,
    ) -> None:
        self.structure = structure
        self.appearance = appearance
        self._coarser = coarser

    @property
    def source(self) -> str:
        """The diagram as DOT text, laid out by layers; needs no Graphviz, at any size.

        The same graph gives the same text, in every process.
        """
        return layered(self.structure, self.appearance)

    @property
    def steps(self) -> int:
        """How many steps the reverse pass takes: the last value of ``step`` that adds an arrow."""
        return self.structure.steps

    def svg(self, *, timeout: float = 60.0, program: str | os.PathLike[str] | None = None) -> str:
        """The diagram as SVG, with a title and a description for those who do not see it.

        Parameters
        ----------
        timeout : float
            Seconds that Graphviz may take.
        program : path, optional
            Graphviz's ``dot``. By default the environment variable GRAPHVIZ_DOT says which,
            then it is looked for on the PATH, then among the installed wheels.

        Raises
        ------
        GraphvizNotFoundError
            If there is no Graphviz; the error says how to install one.
        RenderingTimeoutError
            If it takes too long; the DOT file is kept and named.
        ValueError
            If the diagram has more than 2,000 vertices, and modules do not make it smaller.
        """
        drawn = self._drawable()
        image = drawn._render("svg", timeout, program)
        title = self.appearance.title or "Computation graph"
        return accessible(image, title, str(drawn))

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        dpi: float = 200.0,
        timeout: float = 60.0,
        program: str | os.PathLike[str] | None = None,
    ) -> None:
        """Write the diagram to a file; the suffix says as what.

        Parameters
        ----------
        path : path
            ``.svg``, ``.png``, ``.pdf``: a picture. ``.dot`` or ``.gv``: the DOT text, which
            needs no Graphviz. ``.tex``: a LaTeX document with TikZ, as `tikz` gives it.
        dpi : float
            Dots per inch of a ``.png``; fewer, with a warning, where it would have more than
            32,767 in a row.
        timeout, program
            As for `svg`.

        Raises
        ------
        ValueError
            If the suffix is none of these, or `dpi` not positive, and as for `svg`.
        """
        path = Path(path)
        suffix = path.suffix[1:].lower()
        if suffix not in PICTURES + TEXTS:
            raise ValueError(
                f"save: {path.name!r}: expected a name that ends in one of "
                f"{', '.join('.' + name for name in PICTURES + TEXTS)}"
            )
        if not 0 < dpi < math.inf:
            raise ValueError(f"save: dpi={dpi}; expected a positive number")
        with whole_file(path) as unfinished:
            if suffix in ("dot", "gv"):
                content = self.source.encode()
            elif suffix == "svg":
                content = self.svg(timeout=timeout, program=program).encode()
            elif suffix == "tex":
                content = self.tikz(timeout=timeout, program=program).encode()
            else:
                content = self._drawable()._render(suffix, timeout, program, dpi)
            unfinished.write_bytes(content)

    def tikz(self, *, timeout: float = 60.0, program: str | os.PathLike[str] | None = None) -> str:
        """The lecture layout as a LaTeX document with a TikZ picture.

        Parameters and errors are those of `svg`; above 60 vertices there is no lecture layout,
        and a ValueError.
        """
        if not self._is_lecture():
            count = len(self.structure.vertices)
            raise ValueError(
                f"tikz: {count:,} vertices; the lecture layout is for at most {LECTURE}; draw less "
                f'of it with detail="module" or depth=, or save it as .pdf'
            )
        return picture(self._layout(timeout, program), self.structure, self.appearance)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """What a notebook shows: the picture, and the table where it cannot be drawn."""
        lines = str(self).splitlines()
        if len(lines) > LECTURE:
            lines[LECTURE:] = [f"… {len(lines) - LECTURE:,} more lines: print(diagram)"]
        bundle = {"text/plain": "\n".join(lines)}
        try:
            bundle["image/svg+xml"] = self.svg()
        except (RuntimeError, TimeoutError, ValueError) as error:
            bundle["text/plain"] = f"{error}\n\n{bundle['text/plain']}"
        return bundle

    def __str__(self) -> str:
        return text_table(self.structure, self.appearance)

    def __repr__(self) -> str:
        vertices, edges = self.structure.vertices, sum(len(w.uses) for w in self.structure.wires)
        return f"<Diagram of {len(vertices):,} vertices and {edges:,} edges>"

    # -- rendering ------------------------------------------------------------------------

    def _is_lecture(self) -> bool:
        return len(self.structure.vertices) <= LECTURE

    def _layout(self, timeout: float, program: str | os.PathLike[str] | None) -> Layout:
        def place(source: str) -> bytes:
            return render(source, "json0", timeout=timeout, program=program, kept=self.source)

        return lay_out(self.structure, self.appearance, place)

    def _render(
        self,
        format: str,
        timeout: float,
        program: str | os.PathLike[str] | None,
        dpi: float = 96.0,
    ) -> bytes:
        is_placed = self._is_lecture()
        plain = source = self.source
        if is_placed:
            layout = self._layout(timeout, program)
            source = placed(layout, self.structure, self.appearance)
            if format == "png":
                dpi = _possible(dpi, layout.extent())
        if format == "png":
            source = source.replace("{\n", f"{{\n\tdpi={dpi:.2f}\n", 1)
        return render(
            source, format, placed=is_placed, timeout=timeout, program=program, kept=plain
        )

    def _drawable(self) -> Diagram:
        """The diagram itself, or the coarser one where it is too large to be rendered."""
        if len(self.structure.vertices) <= LARGEST:
            return self
        if self._coarser is not None:
            coarser = self._coarser()
            if len(coarser.structure.vertices) <= LARGEST:
                return coarser
        raise ValueError(
            f"{len(self.structure.vertices):,} vertices are too many for a picture (at most "
            f'{LARGEST:,}); draw less of it with detail="module" or depth=, within '
            f"autodiff.scope(name) where there are no modules, or save it as .dot"
        )


def _possible(dpi: float, extent: Box) -> float:
    """As many dots per inch as a picture of this size can have: a side has at most 32,767."""
    most = 72 * 32_000 / (max(extent.width, extent.height) + 80)  # 80: the margins of the page
    if dpi <= most:
        return dpi
    warnings.warn(
        f"save: at dpi={dpi:g} the picture would be {extent.width / 72 * dpi:,.0f} pixels wide; it "
        f'is drawn at {most:.0f} (draw less with detail="module" or depth=, or save as .svg)',
        stacklevel=4,
    )
    return most
