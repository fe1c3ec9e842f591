"""The lessons as a whole: a list that is complete, a command that runs them."""

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


@pytest.mark.parametrize("name", LESSONS)
def test_captions_in_korean(name, tmp_path, capsys):
    """Every picture has a caption in Korean; this also runs every lesson with another seed."""
    lesson = Lesson(name, tmp_path, seed=1, language="ko", quick=True)
    module_of(name).show(lesson)
    written = sorted(path.name for path in tmp_path.iterdir()) if lesson.pictures else []
    assert written == sorted(picture.path.name for picture in lesson.pictures)
    for picture in lesson.pictures:
        assert any("가" <= character <= "힣" for character in picture.caption), picture.caption
        assert picture.path.read_text(encoding="utf-8").rstrip().endswith("</svg>")
        assert picture.caption in picture.path.read_text(encoding="utf-8")
        assert picture.path.stat().st_size < 300_000
