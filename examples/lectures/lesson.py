"""What the examples of the lectures have in common: a command line, and pictures with captions."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import viz
from examples.options import whole

FONTS = ("DejaVu Sans", "Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Malgun Gothic")
"""Of the text in SVG plots, which is drawn by whoever shows them; the later ones have Hangul."""


@dataclass(frozen=True)
class Picture:
    """A picture that a lesson has written.

    Attributes
    ----------
    path : Path
        The file.
    caption : str
        What it shows.
    """

    path: Path
    caption: str


class Lesson:
    """One run of an example: how it is to run, and the pictures that it has written.

    Parameters
    ----------
    name : str
        That of the example's module, with which the names of its pictures begin.
    out : path
        The folder for pictures.
    seed : int
        Of all that is random.
    language : {"en", "ko"}
        Of captions.
    format : {"svg", "png", "pdf"}
        Of pictures.
    quick : bool
        Whether what takes long is to be made small: fewer epochs, smaller networks.
    data : path, optional
        A folder that holds MNIST; without, what needs images takes scikit-learn's digits.

    Attributes
    ----------
    rng : numpy.random.Generator
        Of the seed.
    pictures : list of Picture
        Those written so far.
    """

    def __init__(self, name, out, *, seed=0, language="en", format="svg", quick=False, data=None):
        self.name = name
        self.out = Path(out)
        self.seed = seed
        self.language = language
        self.format = format
        self.quick = quick
        self.data = data
        self.rng = np.random.default_rng(seed)
        self.pictures = []

    def picture(self, drawing, english, korean, name=None):
        """Write a picture with its caption above it, and say where it is.

        Parameters
        ----------
        drawing : viz.Diagram or matplotlib Figure
            Without a title.
        english, korean : str
            The caption.
        name : str, optional
            What distinguishes it from other pictures of the lesson.
        """
        caption = {"en": english, "ko": korean}[self.language]
        stem = self.name if name is None else f"{self.name}_{name}"
        path = self.out / f"{stem}.{self.format}"
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            if isinstance(drawing, viz.Diagram):
                drawing.appearance = replace(drawing.appearance, title=caption)
                drawing.save(path)
            else:
                drawing.suptitle(caption)
                _save_plot(drawing, path)
        except OSError as error:
            why = error.strerror or error
            sys.exit(f"{self.name}: cannot write {error.filename or path}: {why}")
        self.pictures.append(Picture(path, caption))
        print(f"\n{path}: {caption}")


def _save_plot(figure, path):
    """Write a plot; in SVG its text stays text, which needs no font here."""
    import matplotlib

    from viz.plots.fonts import show_all_characters

    if path.suffix != ".svg":
        show_all_characters(figure)
        figure.savefig(path, dpi=150)
        return
    # Without a date and with ids of its own, the same picture is the same file.
    settings = {"svg.fonttype": "none", "font.family": FONTS, "svg.hashsalt": path.stem}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure.savefig(path, metadata={"Date": None})


def add_options(parser):
    """What every example's command line understands."""
    parser.add_argument("--out", type=Path, default=Path("out/lectures"), help="folder of pictures")
    parser.add_argument("--seed", type=whole(0), default=0, help="of all that is random")
    parser.add_argument("--language", choices=("en", "ko"), default="en", help="of captions")
    parser.add_argument(
        "--format", choices=("svg", "png", "pdf"), default="svg", help="of pictures"
    )
    parser.add_argument("--quick", action="store_true", help="make small what takes long")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a folder that holds MNIST")


def lesson_from(name, options):
    """The run that the command line asks for."""
    if options.data is not None and not options.data.is_dir():
        sys.exit(f"{name}: there is no folder {options.data}")
    return Lesson(
        name,
        options.out,
        seed=options.seed,
        language=options.language,
        format=options.format,
        quick=options.quick,
        data=options.data,
    )


def teach(name, show, options):
    """Run one example; where data or Graphviz is missing or damaged, it ends with one line."""
    try:
        show(lesson_from(name, options))
    except (FileNotFoundError, viz.RenderingError) as error:
        sys.exit(f"{name}: {error}")
    except ValueError as error:
        if options.data is None:
            raise
        sys.exit(f"{name}: {error}")  # a damaged file, most likely


@contextmanager
def while_it_is_read():
    """End without a word once nobody reads what is printed, as in ``… | head``."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def run(show):
    """Run an example from the command line.

    Parameters
    ----------
    show : function
        Of a `Lesson`: prints its numbers and writes its pictures.
    """
    name = Path(show.__code__.co_filename).stem
    parser = argparse.ArgumentParser(
        prog=name,
        description=sys.modules[show.__module__].__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add_options(parser)
    options = parser.parse_args()
    with while_it_is_read():
        teach(name, show, options)
