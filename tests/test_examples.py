"""The examples, run as a user would run them."""

import os
import re
import subprocess
import sys

import pytest

from examples.figures import FIGURES
from tests.readme import ROOT

MNIST = ROOT.parent / "shared" / "data" / "mnist"
real_images = pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST images are not here")


def run(*arguments, example="digits", **options):
    return subprocess.run(
        [sys.executable, "-m", f"examples.{example}", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def without_times(text):
    return re.sub(r"^\d\d:\d\d:\d\d|\([\d.]+ s\)$", "", text, flags=re.MULTILINE)


def test_digits(tmp_path):
    """The demo as it is: above 0.95, a line an epoch, and a picture."""
    picture = tmp_path / "new" / "curves.png"
    done = run("--out", picture)
    assert done.returncode == 0, done.stderr
    lines = re.findall(r"^\d\d:\d\d:\d\d  epoch +\d+/100  loss \d", done.stdout, re.MULTILINE)
    assert len(lines) == 100
    (accuracy,) = re.findall(r"^test accuracy ([\d.]+); curves in ", done.stdout, re.MULTILINE)
    assert float(accuracy) > 0.95
    assert picture.read_bytes().startswith(b"\x89PNG")
    names = [
        "curves.png",
        *(f"curves_{name}.svg" for name in ("module", "neuron", "operation", "primitive")),
    ]
    assert sorted(p.name for p in picture.parent.iterdir()) == names
    shown = done.stdout.split("\n\n")[2].splitlines()
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
        without_times(run("--epochs", 2, "--seed", seed, "--out", out).stdout) for seed in (7, 7, 8)
    )
    assert first == second
    assert "epoch 2/2" in first
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
    assert "loss " not in done.stdout  # and comes before any work
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("model", ["two-layer", "simple", "deep"])
def test_mnist_on_small_digits(model, tmp_path):
    """Without a folder of MNIST it trains on scikit-learn's digits."""
    out, table = tmp_path / "curves.svg", tmp_path / "table.csv"
    done = run(
        "--model", model, "--epochs", 2, "--out", out, "--csv", table, example="mnist"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("scikit-learn's digits: 1438 images to train with, 180 for")
    assert re.search(
        r"^test loss [\d.]+, test accuracy [\d.]+ on scikit-learn's digits$",
        done.stdout,
        re.MULTILINE,
    )
    assert out.read_text().rstrip().endswith("</svg>")
    header, *rows = table.read_text().splitlines()
    assert header == "epoch,seconds,loss,accuracy,validation_loss,validation_accuracy"
    assert [row.split(",")[0] for row in rows] == ["1", "2"]


def test_mnist_falls_back_where_there_are_no_files(tmp_path):
    done = run("--data", tmp_path, "--epochs", 1, example="mnist")
    assert done.returncode == 0, done.stderr
    assert "does not hold the test set" in done.stdout
    assert "so this trains on scikit-learn's digits" in done.stdout


@real_images
def test_mnist_without_a_network_takes_what_is_there(tmp_path):
    for path in MNIST.glob("t10k-*"):
        (tmp_path / path.name).symlink_to(path)
    code = (
        "import nn.data.mnist as m, examples.mnist as e\n"
        "m.MIRRORS = ('http://localhost:9/',)\n"
        f"e.main(['--data', {str(tmp_path)!r}, '--download', '--epochs', '1'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "could not be fetched; tried http://localhost:9/train-images" in done.stdout
    assert "8000 images to train with" in done.stdout


def test_mnist_that_is_damaged_is_no_reason_to_fall_back(tmp_path):
    for name in ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        (tmp_path / name).write_bytes(b"not an IDX file")
    done = run("--data", tmp_path, "--epochs", 1, example="mnist")
    assert done.returncode == 1
    assert done.stderr.startswith("mnist: read_idx: ")
    assert "Traceback" not in done.stderr


def test_mnist_goes_on_from_a_checkpoint(tmp_path):
    """Killed after some epochs and resumed, it prints the figures of a run that was not."""
    whole = run("--epochs", 4, "--csv", tmp_path / "whole.csv", example="mnist")
    checkpoint = ("--checkpoint", tmp_path / "run.safetensors")
    code = (
        "import os, signal, nn, examples.mnist as m\n"
        "fit = nn.fit\n"
        "def killed(*a, **k):\n"
        "    k['callbacks'] = [lambda run: len(run.history) == 3 and os.kill(os.getpid(), 9)]\n"
        "    fit(*a, **k)\n"
        "nn.fit = killed\n"
        f"m.main(['--epochs', '4', '--checkpoint', {str(checkpoint[1])!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=120)
    assert done.returncode == -9
    refused = run("--epochs", 4, *checkpoint, example="mnist")
    assert refused.returncode == 1
    assert "is there already; resume=True goes on" in refused.stderr
    resumed = run(
        "--epochs", 4, *checkpoint, "--resume", "--csv", tmp_path / "all.csv", example="mnist"
    )  # fmt: skip
    assert resumed.returncode == 0, resumed.stderr
    assert "epoch 2/4" not in resumed.stdout
    assert resumed.stdout.splitlines()[-1] == whole.stdout.splitlines()[-1]
    tables = [
        [re.sub(r"^(\d+),[^,]+", r"\1", row) for row in (tmp_path / name).read_text().splitlines()]
        for name in ("whole.csv", "all.csv")
    ]
    assert tables[0] == tables[1]


@real_images
@pytest.mark.parametrize("model", ["two-layer", "simple"])
def test_mnist_on_real_images(model):
    """One epoch on 8,000 images of 28×28."""
    done = run("--data", MNIST, "--model", model, "--epochs", 1, example="mnist")
    assert done.returncode == 0, done.stderr
    assert "8000 images to train with, 1000 for validation, 1000 for the test" in done.stdout
    accuracy = float(re.search(r"test accuracy ([\d.]+)", done.stdout)[1])
    assert accuracy > {"two-layer": 0.6, "simple": 0.85}[model]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--download"], "--download needs --data DIR"),
        (["--data", "/nowhere"], "there is no folder /nowhere; --download makes it"),
        (["--resume"], "--resume needs --checkpoint FILE"),
        (["--model", "huge"], "invalid choice: 'huge'"),
        (["--checkpoint", "run.pkl"], "'run.pkl'; expected a name in .safetensors"),
    ],
)
def test_mnist_bad_options(arguments, message):
    done = run(*arguments, example="mnist")
    assert done.returncode in (1, 2)
    assert "loss " not in done.stdout
    assert message in done.stderr.splitlines()[-1]


def texts(svg):
    """What is written in a picture, wherever it stands, and what describes it."""
    svg = re.sub(r"−?[\d.]+e−\d+", "0", svg)  # the mean of a gradient that is 0 is rounding
    return sorted(re.findall(r">([^<>]+)</(?:text|title|desc)>", svg))


def test_figures(tmp_path):
    """Every figure is drawn, and is in the docs as it is drawn now, wherever Graphviz puts it."""
    done = run("--out", tmp_path / "new", example="figures")
    assert done.returncode == 0, done.stderr
    drawn = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert drawn == sorted(path.name for path in (ROOT / "docs" / "figures").iterdir())
    assert drawn == sorted(f"{name}.svg" for name in FIGURES)
    for name in drawn:
        now, before = (
            (folder / name).read_text(encoding="utf-8")
            for folder in (tmp_path / "new", ROOT / "docs" / "figures")
        )
        assert texts(now) == texts(before), f"python -m examples.figures --out docs/figures: {name}"
    pages = "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))
    assert all(f"(figures/{name})" in pages or f'"figures/{name}"' in pages for name in drawn)


def test_figures_as_text_need_no_graphviz(tmp_path):
    options = {"env": {"PATH": os.devnull, "GRAPHVIZ_DOT": str(tmp_path / "none")}}
    done = run("line", "--out", tmp_path, "--format", "dot", example="figures", **options)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "line.dot").read_text(encoding="utf-8").startswith("digraph")
    done = run("line", "--out", tmp_path, example="figures", **options)
    assert done.returncode != 0
    assert "GRAPHVIZ_DOT" in done.stderr


def test_a_figure_that_there_is_not(tmp_path):
    done = run("circle", "--out", tmp_path, example="figures")
    assert done.returncode != 0
    assert "circle: expected names of addition" in done.stderr
