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
import re
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from examples import figures
from examples.figures import FIGURES
from examples.lectures.contents import CONTENTS, module_of, title_of
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


def run(name: str, folder: Path, quick: bool = False) -> Shown:
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


def page(shown: Shown, quick: bool = False) -> str:
    """The page of a lesson."""
    module = module_of(shown.name)
    title, _, description = (module.__doc__ or "").strip().partition("\n")
    parts = [f"# {title.rstrip('.')}", description.strip()]
    source = inspect.getsource(module).replace(module.__doc__ or "", title, 1).strip("\n")
    if quick and "lesson.quick" in source:
        parts += ["(Pictures and numbers are of a run with `--quick`: the whole one takes longer.)"]
    for file, english, korean in shown.pictures:
        parts += [f"![{english}](pictures/{file})", f"{english}\\\n{korean}"]
    if shown.printed:
        parts += [_fence("text", shown.printed)]
    parts += [
        "## The code",
        f"Run it by `.venv/bin/python -m examples.lectures.{shown.name}`.",
        _fence("python", source),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def figures_page() -> str:
    """The page of the figures, each with its code below it."""
    parts = [
        "# The graphs of the lectures",
        "Each picture is what the function below it returns. `python -m examples.figures` writes "
        "them all, as SVG, PNG, PDF, DOT or TikZ. They are drawn with `nn`, `viz`, "
        "`autodiff.Tensor`, functions of `nn.functional`, and",
        _fence("python", inspect.getsource(figures.variable).strip()),
    ]
    for name, figure in FIGURES.items():
        code = "\n\n\n".join(map(inspect.getsource, [*_own_names(figure), figure]))
        parts += [
            f"## {name.replace('_', ' ').capitalize().replace('Relu', 'ReLU')}",
            f"![{(figure.__doc__ or '').strip()}](pictures/{name}.svg)",
            _fence("python", code.strip().replace("\n\n\n\n", "\n\n\n")),
        ]
    return "\n\n".join(parts) + "\n"


def _own_names(definition: Any) -> list[Any]:
    """What a figure's code uses of its module but `variable`, in the order of the module."""
    words = set(re.findall(r"\w+", inspect.getsource(definition)))
    used: dict[Any, None] = {}
    for name, value in vars(figures).items():
        is_own = getattr(value, "__module__", None) == figures.__name__
        if is_own and name in words and value not in (definition, figures.variable):
            used |= dict.fromkeys([*_own_names(value), value])
    return list(used)


def lecture_page(lecture: str, lessons: Sequence[Shown]) -> str:
    """The page of a lecture: its lessons, in its order."""
    tree = "\n".join(lesson.name for lesson in lessons)
    parts = [f"# {lecture}", _cards(lessons), _fence("{toctree}", f":hidden:\n\n{tree}")]
    return "\n\n".join(parts) + "\n"


def index_page(lectures: dict[str, Sequence[Shown]]) -> str:
    """The first page: all lessons by lecture."""
    line = "[![](pictures/line.svg) The graphs of the lectures](figures.md)"
    parts = [
        "# Gallery",
        "The lectures, runnable: what each lesson prints, its pictures, and its code. "
        "`.venv/bin/python -m examples.lectures` runs them all, in the environment that "
        "`make demo` has made; with `--list` it lists them.",
        _fence("{container} cards", line),
    ]
    for number, (lecture, lessons) in enumerate(lectures.items(), 1):
        parts += [f"## [{lecture}](lecture_{number}.md)", _cards(lessons)]
    tree = "\n".join(["figures", *(f"lecture_{n}" for n in range(1, len(lectures) + 1))])
    parts += [_fence("{toctree}", f":hidden:\n\n{tree}")]
    return "\n\n".join(parts) + "\n"


def _cards(lessons: Sequence[Shown]) -> str:
    """A title for each lesson that leads to its page, with a picture where it has one."""
    cards = []
    for lesson in lessons:
        thumbnail = [f"![](pictures/{file})" for file, *_ in lesson.pictures[:1]]
        title = title_of(lesson.name).rstrip(".")
        cards.append(f"[{' '.join([*thumbnail, title])}]({lesson.name}.md)")
    return _fence("{container} cards", "\n\n".join(cards))


def _fence(language: str, text: str) -> str:
    return f"````{language}\n{text}\n````"


def write(
    folder: Path, contents: Mapping[str, Sequence[str]] = CONTENTS, quick: bool = False
) -> None:
    """Write the whole gallery anew, with the lessons run side by side."""
    shutil.rmtree(folder, ignore_errors=True)
    pictures = folder / "pictures"
    pictures.mkdir(parents=True)
    for name, figure in FIGURES.items():
        figure().save(pictures / f"{name}.svg")
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        lectures = {
            lecture: processes.map(partial(run, folder=folder, quick=quick), names)
            for lecture, names in contents.items()
            if names
        }
        lectures = {lecture: list(lessons) for lecture, lessons in lectures.items()}
    pages = {"index": index_page(lectures), "figures": figures_page()}
    for number, (lecture, lessons) in enumerate(lectures.items(), 1):
        pages[f"lecture_{number}"] = lecture_page(lecture, lessons)
        pages |= {lesson.name: page(lesson, quick) for lesson in lessons}
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write it, with the lessons run whole or small."""
    parser = argparse.ArgumentParser(prog="write_gallery", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="run the lessons with --quick")
    options = parser.parse_args(arguments)
    write(FOLDER, quick=options.quick)
    print(f"wrote {FOLDER}")


if __name__ == "__main__":
    main()
