"""The gallery: ``python -m docs.write_gallery`` runs all lessons and draws all figures for it.

A page for each lesson of `examples.lectures`, with what it prints, its pictures and its code,
and one page for the figures of `examples.figures`.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import io
import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from examples.figures import FIGURES
from examples.lectures.contents import CONTENTS, LESSONS, module_of, title_of
from examples.lectures.lesson import Lesson

FOLDER = Path(__file__).with_name("gallery")

OUT = "out/lectures"
"""Where a lesson writes its pictures for a reader who runs it."""


@dataclass(frozen=True)
class Shown:
    """What a lesson has shown.

    Attributes
    ----------
    name : str
        That of the lesson.
    printed : str
        Its output, without the lines that say where pictures are.
    pictures : tuple of (str, str, str)
        File name, English and Korean caption of each.
    """

    name: str
    printed: str
    pictures: tuple[tuple[str, str, str], ...]


class GalleryLesson(Lesson):  # type: ignore[misc]  # examples have no type hints
    """A run whose pictures have no captions in them: the page has those, in both languages."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.captions: list[tuple[str, str]] = []

    def picture(self, drawing: Any, english: str, korean: str, name: str | None = None) -> None:
        """Write it without a title, and say nothing."""
        with contextlib.redirect_stdout(io.StringIO()):
            super().picture(drawing, "", "", name)
        self.captions.append((english, korean))


def run(name: str, folder: Path, quick: bool = True) -> Shown:
    """Run a lesson, with its pictures in a folder."""
    lesson = GalleryLesson(name, folder / "pictures", quick=quick)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        module_of(name).show(lesson)
    pictures = [
        (picture.path.name, english, korean)
        for picture, (english, korean) in zip(lesson.pictures, lesson.captions, strict=True)
    ]
    text = printed.getvalue().replace(str(lesson.out), OUT).strip("\n")
    return Shown(name, text, tuple(pictures))


def page(shown: Shown, quick: bool = True) -> str:
    """The page of a lesson."""
    module = module_of(shown.name)
    title, _, description = (module.__doc__ or "").strip().partition("\n")
    parts = [f"# {title.rstrip('.')}", description.strip()]
    for file, english, korean in shown.pictures:
        parts += [f"![{english}](pictures/{file})", f"{english}\\\n{korean}"]
    if shown.printed:
        parts += [_fence("text", shown.printed)]
    source = inspect.getsource(module).replace(module.__doc__ or "", title, 1).strip("\n")
    made_small = " The pictures and numbers here are of a run with `--quick`." if quick else ""
    parts += [
        "## The code",
        f"Run it by `python -m examples.lectures.{shown.name}`.{made_small}",
        _fence("python", source),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def figures_page(names: Iterable[str] = FIGURES) -> str:
    """The page of the figures, each with its code below it."""
    parts = [
        "# The graphs of the lectures",
        "Each picture is what the function below it returns. `python -m examples.figures` writes "
        "them all, as SVG, PNG, PDF, DOT or TikZ. The first lines of the module are\n"
        "`import nn, viz`, `from autodiff import Tensor`, and `variable(name, value)` is a "
        "Tensor that wants a gradient.",
    ]
    for name in names:
        description = (FIGURES[name].__doc__ or "").strip()
        parts += [
            f"## {name.replace('_', ' ').capitalize()}",
            f"![{description}](pictures/{name}.svg)",
            _fence("python", inspect.getsource(FIGURES[name]).strip()),
        ]
    return "\n\n".join(parts) + "\n"


def index(lessons: Sequence[Shown]) -> str:
    """The first page: all lessons by lecture, with a picture of each that has one."""
    shown = {lesson.name: lesson for lesson in lessons}
    parts = [
        "# Gallery",
        "The lectures, runnable: what each lesson prints, its pictures, and its code. "
        "`python -m examples.lectures` runs them all.",
        "[![Values forward, gradients back](pictures/line.svg) The graphs of the lectures]"
        "(figures.md)",
    ]
    for lecture, names in CONTENTS.items():
        there = [name for name in names if name in shown]
        if there:
            cards = "\n\n".join(map(_card, map(shown.__getitem__, there)))
            parts += [f"## {lecture}", _fence("{container} cards", cards)]
    tree = "\n".join(["figures", *(name for name in LESSONS if name in shown)])
    parts += [_fence("{toctree}", f":hidden:\n\n{tree}")]
    return "\n\n".join(parts) + "\n"


def _card(shown: Shown) -> str:
    title = title_of(shown.name).rstrip(".")
    thumbnails = [f"![](pictures/{file})" for file, *_ in shown.pictures[:1]]
    return f"[{' '.join([*thumbnails, title])}]({shown.name}.md)"


def _fence(language: str, text: str) -> str:
    return f"````{language}\n{text}\n````"


def write(folder: Path, names: Sequence[str] = LESSONS, quick: bool = True) -> None:
    """Write the whole gallery anew, with the lessons run side by side."""
    shutil.rmtree(folder, ignore_errors=True)
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    for name, figure in FIGURES.items():
        figure().save(pictures / f"{name}.svg")
    (folder / "figures.md").write_text(figures_page(), encoding="utf-8")
    with ProcessPoolExecutor(os.cpu_count()) as processes:
        lessons = list(processes.map(partial(run, folder=folder, quick=quick), names))
    for lesson in lessons:
        (folder / f"{lesson.name}.md").write_text(page(lesson, quick), encoding="utf-8")
    (folder / "index.md").write_text(index(lessons), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write it; all lessons are run small unless that is not wanted."""
    parser = argparse.ArgumentParser(prog="write_gallery", description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="run the lessons without --quick")
    options = parser.parse_args(arguments)
    write(FOLDER, quick=not options.full)
    print(f"wrote {FOLDER}")


if __name__ == "__main__":
    main()
