"""The examples, run as a user would run them."""

import re
import subprocess
import sys

import pytest

from tests.readme import ROOT


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "examples.digits", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def test_digits(tmp_path):
    """The demo as it is: above 0.95, a line an epoch, and a picture."""
    picture = tmp_path / "new" / "curves.png"
    done = run("--out", picture)
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"^epoch +\d+  loss \d", done.stdout, re.MULTILINE)) == 100
    (accuracy,) = re.findall(r"^test accuracy ([\d.]+); curves in ", done.stdout, re.MULTILINE)
    assert float(accuracy) > 0.95
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert [p.name for p in picture.parent.iterdir()] == ["curves.png"]
    shown = done.stdout.split("\n\n")[1].splitlines()
    assert len(shown) == 9
    assert re.fullmatch(r"( *\d( \(is \d\))?){4}", shown[-1])


def test_a_picture_that_is_a_folder_is_refused(tmp_path):
    (tmp_path / "folder.png").mkdir()
    done = run("--epochs", 1, "--out", tmp_path / "folder.png")
    assert "it is a folder" in done.stderr.splitlines()[-1]
    assert [p.name for p in tmp_path.iterdir()] == ["folder.png"]


def test_one_seed_one_result(tmp_path):
    out = tmp_path / "curves.svg"
    first, second, other = (
        run("--epochs", 2, "--seed", seed, "--out", out).stdout for seed in (7, 7, 8)
    )
    assert first == second
    assert "epoch   2" in first
    assert first != other


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "argument --epochs: '0'; expected a whole number, at least 1"),
        (["--epochs", "many"], "argument --epochs: 'many'; expected a whole number, at least 1"),
        (["--learning-rate", "-1"], "argument --learning-rate: '-1'; expected a positive number"),
        (["--learning-rate", "nan"], "argument --learning-rate: 'nan'; expected a positive"),
        (["--seed", "-3"], "argument --seed: '-3'; expected a whole number, at least 0"),
        (["--out", "curves.txt"], "'curves.txt'; expected a name in .png, .svg or .pdf"),
        (["--out", "tests/.png"], "expected a name in .png, .svg or .pdf"),
        (["--unknown"], "unrecognized arguments: --unknown"),
        (["--epochs", "1", "--out", "/dev/null/curves.png"], "cannot write /dev/null/curves.png"),
    ],
)
def test_bad_options_end_in_one_message(arguments, message):
    done = run(*arguments)
    assert done.returncode != 0
    assert message in done.stderr.splitlines()[-1]
    assert "epoch " not in done.stdout  # and comes before any work
    assert "Traceback" not in done.stderr
