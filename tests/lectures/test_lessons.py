"""The lessons as a whole: a list that is complete, a command that runs them."""

import ast
import re
import subprocess
import sys

import pytest

from examples.lectures.contents import LESSONS, module_of, title_of
from examples.lectures.lesson import Lesson
from tests.readme import ROOT

FOLDER = ROOT / "examples" / "lectures"
FRAME = {"__init__", "__main__", "contents", "lesson"}


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "examples.lectures", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_every_lesson_is_listed_once():
    files = {path.stem for path in FOLDER.glob("*.py")} - FRAME
    assert sorted(LESSONS) == sorted(files)


def test_the_list(tmp_path):
    done = command("--list", "--out", tmp_path / "none")
    assert done.returncode == 0, done.stderr
    assert all(f"{name} " in done.stdout and title_of(name) in done.stdout for name in LESSONS)
    assert not (tmp_path / "none").exists()


def test_those_named_are_run(tmp_path):
    done = command("addition_graph", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert title_of("addition_graph") in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["addition_graph.svg"]


def test_a_reader_may_stop_early(tmp_path):
    """As in ``python -m examples.lectures … | head -1``."""
    command = [sys.executable, "-u", "-m", "examples.lectures", "sigmoid_graph", "--out", tmp_path]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as lectures:
        lectures.stdout.close()
        assert lectures.stderr.read() == b""
        assert lectures.wait(60) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["circle"], "lectures: circle: expected names that --list shows"),
        (["sigmoid_graph", "--out", "/dev/null/x"], "sigmoid_graph: cannot write /dev/null"),
        (["sigmoid_graph", "--data", "/nowhere"], "sigmoid_graph: there is no folder /nowhere"),
        (["hidden_sizes", "--data", "docs"], "hidden_sizes: load_mnist: docs does not hold"),
        (["--seed", "-1"], "argument --seed: '-1'; expected a whole number, at least 0"),
    ],
)
def test_bad_options_end_in_one_message(arguments, message):
    done = command(*arguments)
    assert done.returncode != 0
    assert message in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def captions(name):
    """The code of the English and the Korean caption of each picture of a lesson."""
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "lesson.picture":
            _, english, korean, *_ = map(ast.unparse, node.args)
            yield english, korean


@pytest.mark.parametrize("name", LESSONS)
def test_every_picture_has_a_caption_in_both_languages(name):
    for english, korean in captions(name):
        assert re.search("[a-z]", english)
        assert not re.search("[가-힣]", english)
        assert re.search("[가-힣]", korean)


@pytest.mark.parametrize("name", ["addition_graph", "softmax"])
def test_the_caption_of_the_language_is_in_the_picture(name, tmp_path, capsys):
    """Of a diagram, and of a plot."""
    lesson = Lesson(name, tmp_path, language="ko")
    module_of(name).show(lesson)
    (picture,) = lesson.pictures
    assert re.search("[가-힣]", picture.caption)
    assert picture.caption in picture.path.read_text(encoding="utf-8")
    assert capsys.readouterr().out.endswith(f"{picture.path}: {picture.caption}\n")
