"""The history of a training, and files that are there whole or not at all."""

import csv
import math
import os
import pathlib
import xml.etree.ElementTree

import numpy as np
import pytest

import nn
from autodiff import Tensor
from autodiff.whole_file import whole_file

ROWS = [
    {"epoch": 1, "seconds": 0.5, "loss": 2.5, "accuracy": 0.1, "validation_loss": 3.0},
    {"epoch": 2, "seconds": 0.25, "loss": 0.1 + 0.2, "accuracy": 0.75, "validation_loss": 1e-300},
]


def only(folder):
    """The one file in a folder."""
    (path,) = folder.iterdir()
    return path


# -- the rows ------------------------------------------------------------------------------


def test_columns_and_values():
    history = nn.History(ROWS)
    assert len(history) == 2
    assert history.columns == ["epoch", "seconds", "loss", "accuracy", "validation_loss"]
    assert history["epoch"] == [1, 2]
    assert history["loss"] == [2.5, 0.1 + 0.2]
    assert not history.interrupted
    history.rows[0]["loss"] = 7
    assert ROWS[0]["loss"] == 2.5


def test_no_rows():
    history = nn.History()
    assert len(history) == 0
    assert history.columns == []
    with pytest.raises(KeyError, match="loss; the columns are none yet"):
        history["loss"]


def test_an_unknown_column_says_which_there_are():
    with pytest.raises(
        KeyError, match="f1; the columns are epoch, seconds, loss, accuracy, validation_loss"
    ):
        nn.History(ROWS)["f1"]


@pytest.mark.parametrize("turn", [1, -1])
def test_columns_that_only_some_epochs_have(tmp_path, turn):
    """As where a training goes on with another metric: nothing that was measured is lost."""
    parts = [{"loss": 2.0}, {"loss": 1.0, "accuracy": 0.5}][::turn]
    rows = [{"epoch": number, **part} for number, part in enumerate(parts, 1)]
    history = nn.History(rows)
    assert history.columns == ["epoch", "loss", "accuracy"]
    assert sorted(map(str, history["accuracy"])) == ["0.5", "nan"]
    history.to_csv(tmp_path / "history.csv")
    with open(tmp_path / "history.csv", newline="") as file:
        read = list(csv.DictReader(file))
    assert [row["loss"] for row in read] == [str(row["loss"]) for row in rows]
    assert "0.5" in [row["accuracy"] for row in read]
    history.to_picture(tmp_path / "history.svg")


# -- the files -----------------------------------------------------------------------------


def test_csv(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("of an earlier run")
    nn.History(ROWS).to_csv(path)
    with open(path, newline="") as file:
        header, *lines = csv.reader(file)
    assert header == ["epoch", "seconds", "loss", "accuracy", "validation_loss"]
    values = [[float(value) for value in line] for line in lines]
    assert values == [list(row.values()) for row in ROWS]
    assert only(tmp_path) == path


def test_csv_of_values_that_are_no_numbers(tmp_path):
    path = tmp_path / "history.csv"
    nn.History([{"epoch": 1, "loss": math.nan, "a": math.inf, "b": -math.inf}]).to_csv(path)
    _, line = path.read_text().splitlines()
    number, *values = map(float, line.split(","))
    assert number == 1
    assert math.isnan(values[0])
    assert values[1:] == [math.inf, -math.inf]


@pytest.mark.parametrize("count", [1, 2, 12])
@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_pictures(tmp_path, suffix, count):
    pytest.importorskip("matplotlib")
    path = tmp_path / f"curves{suffix}"
    rows = [{**ROWS[0], "epoch": number, "loss": 1 / number} for number in range(1, count + 1)]
    nn.History(rows).to_picture(path)
    data = path.read_bytes()
    if suffix == ".png":
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert data[-8:-4] == b"IEND"
    elif suffix == ".pdf":
        assert data.startswith(b"%PDF")
        assert data.rstrip().endswith(b"%%EOF")
    else:
        assert xml.etree.ElementTree.fromstring(data).tag.endswith("svg")
    assert only(tmp_path) == path


@pytest.mark.parametrize("values", [[math.nan, math.nan], [math.inf, 1.0], [-1.0, -math.inf]])
def test_pictures_of_values_that_are_no_numbers(tmp_path, values):
    pytest.importorskip("matplotlib")
    rows = [{"epoch": n, "loss": v, "validation_loss": v} for n, v in enumerate(values, 1)]
    nn.History(rows).to_picture(tmp_path / "curves.png")
    assert only(tmp_path).stat().st_size > 0


def test_a_picture_of_no_epochs(tmp_path):
    pytest.importorskip("matplotlib")
    with pytest.raises(ValueError, match="no epoch"):
        nn.History().to_picture(tmp_path / "curves.png")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_an_unknown_kind_leaves_the_old_file(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "curves.txt"
    path.write_text("old")
    with pytest.raises(ValueError, match="txt"):
        nn.History(ROWS).to_picture(path)
    assert only(tmp_path) == path
    assert path.read_text() == "old"


@pytest.mark.parametrize("write", [nn.History.to_csv, nn.History.to_picture])
def test_an_error_while_writing_leaves_the_old_file(tmp_path, monkeypatch, write):
    pytest.importorskip("matplotlib")
    path = tmp_path / "file.png"
    path.write_text("old")

    def broken(*_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="no space left"):
        write(nn.History(ROWS), path)
    assert only(tmp_path) == path
    assert path.read_text() == "old"


# -- files that are there whole ------------------------------------------------------------


@pytest.mark.parametrize("name", ["file.txt", "file", ".hidden", "a.tar.gz", "ä b.txt"])
def test_a_file_is_there_when_the_block_is_over(tmp_path, name):
    path = tmp_path / name
    path.write_text("old")
    with whole_file(path) as unfinished:
        assert unfinished.parent == tmp_path
        assert unfinished.suffix == path.suffix or name == "file" or name == ".hidden"
        assert unfinished != path
        unfinished.write_text("new")
        assert path.read_text() == "old"
    assert only(tmp_path) == path
    assert path.read_text() == "new"


def test_a_name_of_text_in_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with whole_file("file.txt") as unfinished:
        unfinished.write_text("new")
    assert only(tmp_path).read_text() == "new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("begun", [True, False])
def test_an_error_in_the_block_leaves_what_was_there(tmp_path, error, old, begun):
    path = tmp_path / "file.txt"
    if old:
        path.write_text("old")

    def failing():
        with whole_file(path) as unfinished:
            if begun:
                unfinished.write_text("ne")
            raise error

    with pytest.raises(error):
        failing()
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("file.txt", "old")] * old


def test_what_a_killed_process_left_is_written_over(tmp_path):
    path = tmp_path / "file.txt"
    with whole_file(path) as unfinished:
        unfinished.write_text("new")
    unfinished.write_text("half of something longer")
    with whole_file(path) as again:
        again.write_text("newer")
    assert only(tmp_path).read_text() == "newer"


def test_the_bytes_are_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    path = tmp_path / "file.txt"
    path.write_text("old")
    steps = []
    fsync, replace = os.fsync, os.replace

    def syncing(descriptor):
        steps.append(("fsync", os.fstat(descriptor).st_size, path.read_text()))
        fsync(descriptor)

    def replacing(source, target):
        steps.append(("replace", pathlib.Path(source).read_text(), path.read_text()))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "replace", replacing)
    with whole_file(path) as unfinished:
        unfinished.write_text("newer")
    assert steps[:2] == [("fsync", 5, "old"), ("replace", "newer", "old")]
    assert path.read_text() == "newer"


def test_what_is_brought_to_the_disk_is_open_for_writing(tmp_path, monkeypatch):
    """Windows refuses it otherwise."""
    fcntl = pytest.importorskip("fcntl")
    modes = []

    def syncing(descriptor):
        modes.append(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE)

    monkeypatch.setattr(os, "fsync", syncing)
    with whole_file(tmp_path / "file.txt") as unfinished:
        unfinished.write_text("new")
    assert modes[0] in (os.O_RDWR, os.O_WRONLY)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        nn.History(ROWS).to_csv(tmp_path / "nowhere" / "file.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_place_of_the_file(tmp_path):
    (tmp_path / "file.csv").mkdir()
    with pytest.raises(OSError, match=r"file\.csv"):
        nn.History(ROWS).to_csv(tmp_path / "file.csv")
    assert only(tmp_path).is_dir()


def test_binary_accuracy():
    logits, labels = np.array([[-3.0], [2.0], [0.5], [-1.0]]), np.array([[0], [1], [0], [1]])
    assert nn.binary_accuracy(logits, labels) == 0.5
    assert nn.binary_accuracy(Tensor(logits[:, 0]), [0, 1, 1, 0.2]) == 1
    with pytest.raises(ValueError, match=r"logits of shape \(4, 1\) for labels of shape \(4,\)"):
        nn.binary_accuracy(logits, labels[:, 0])
    with pytest.raises(ValueError, match="use binary_accuracy"):
        nn.accuracy(logits, labels)
