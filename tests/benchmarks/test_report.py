"""Tables, picture and files, and the whole measurement in small."""

import json
import re
import subprocess
import sys

import pytest

from benchmarks.__main__ import main, write
from benchmarks.imports import import_seconds
from benchmarks.machine import machine, sentence
from benchmarks.ratios import Spread, summary
from benchmarks.report import Report
from benchmarks.tables import aligned, number, text
from benchmarks.workers import ROOT


def row(threads, cores=1.0):
    peers = summary({"chainrule": [0.001] * 5, "by_hand": [0.0008] * 5}, ["chainrule"])
    for entry in peers.values():
        entry |= {"steps": 20, "rounds": 5, "cores": cores, "noisy": 0}
    return {"name": "two_layer", "title": "784-50-10", "threads": threads, "peers": peers}


def report(cores=1.0):
    return Report(
        machine={"processor": "Z80", "cores": 1, "system": "CP/M", "python": "3", "numpy": "2"},
        peers={
            "chainrule": {"label": "chainrule", "version": ""},
            "by_hand": {"label": "by hand", "version": ""},
        },
        left_out={"PyTorch, eager": ["torch"]},
        rows=[row(1, cores), row(2)],
        memory={"chainrule": {"bytes": 2**21, "how": "VmHWM", "ratios": {"chainrule": 1.0}}},
        imports={
            "seconds": {"autodiff": Spread(0.2, 0.1, 0.3), "numpy": Spread(0.1, 0.1, 0.1)},
            "ratio": Spread(2.0, 1.0, 3.0),
        },
        growth=[
            {
                "title": "a chain",
                "unit": "node",
                "peer": "chainrule",
                "sizes": [
                    {"size": 1000, "seconds": Spread(2e-6, 1e-6, 3e-6), "bytes": 512.0},
                    {"size": 10000, "seconds": Spread(3e-6, 1e-6, 3e-6), "bytes": 512.0},
                ],
            }
        ],
    )


def test_tables_say_what_was_measured():
    tables = text(report())
    assert "Z80; 1 cores" in tables
    assert "PyTorch, eager: left out, torch is not installed" in tables
    assert re.search(r"784-50-10 +1\.25\n", tables)
    assert re.search(r"784-50-10, 2 threads\n", tables)
    assert re.search(r"by hand +0\.80 +1\.25 +1\.25 to 1\.25", tables)
    assert re.search(r"import autodiff / import numpy +2\.00 +1\.00 to 3\.00", tables)
    assert re.search(r"10,000 +3\.00 +1\.00 to 3\.00 +0\.50 +4\.88", tables)
    assert "the dearest node takes 1.50 times the cheapest" in tables
    assert "other work" not in tables


def test_a_busy_machine_is_told():
    assert "got 0.50 of a core" in text(report(cores=0.5))
    assert "kept 1.5 cores busy" in text(report(cores=1.5))


def test_columns_are_aligned():
    table = aligned("Title", [["", "a"], ["long name", "1"], ["x", "1,000"]])
    assert table.splitlines() == [
        "Title",
        "                 a",
        "  long name      1",
        "  x          1,000",
    ]


def test_numbers_have_three_digits():
    assert [number(x) for x in (1234.5, 45.67, 2.0, 0.5, 0.01234)] == [
        "1,234", "45.7", "2.00", "0.50", "0.0123",
    ]  # fmt: skip


def test_what_is_written(tmp_path):
    write(report(), tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    assert (folder / "benchmarks.txt").read_text(encoding="utf-8") == text(report())
    written = json.loads((folder / "benchmarks.json").read_text(encoding="utf-8"))
    assert written["rows"][1]["peers"]["by_hand"]["ratios"]["chainrule"]["median"] == 1.25
    assert written["imports"]["ratio"] == {"median": 2.0, "low": 1.0, "high": 3.0}
    assert (folder / "benchmarks.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(folder.iterdir())) == 3


def test_the_machine_has_no_names_of_folders():
    facts = machine()
    assert facts["cores"] >= 1
    assert "NumPy" in sentence(facts)
    assert "/" not in json.dumps({**facts, "processor": ""})


def test_the_whole_in_small(tmp_path, capsys):
    main(["--quick", "--rows", "two_layer,imports", "--peers", "by_hand", "--out", str(tmp_path)])
    printed = capsys.readouterr().out
    assert re.search(r"by hand in NumPy +[\d.]+ +[\d.]+ +[\d.]+ to [\d.]+", printed)
    written = json.loads((tmp_path / "benchmarks.json").read_text(encoding="utf-8"))
    (only,) = written["rows"]
    assert (only["name"], only["threads"]) == ("two_layer", 1)
    assert only["peers"].keys() == {"chainrule", "by_hand"}
    assert all(entry["seconds"]["median"] > 0 for entry in only["peers"].values())
    assert (tmp_path / "benchmarks.png").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rows", "two_layer,nothing"], "no row is called nothing; there are chain, two_layer"),
        (["--peers", "tensorflow"], "no peer is called tensorflow"),
        (["--threads", "0"], "expected whole numbers from 1"),
        (["--repeats", "3"], "at least 4 are needed"),
    ],
)
def test_what_cannot_be_asked_for(arguments, message, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert message in capsys.readouterr().err


def test_both_imports_are_timed():
    seconds = import_seconds(2)
    assert {module: len(each) for module, each in seconds.items()} == {"autodiff": 2, "numpy": 2}
    assert all(0 < second < 60 for each in seconds.values() for second in each)


ALLOCATING = """
import numpy as np
from benchmarks.memory import resident_above
np.ones(2**23)  # 64 MiB, given back before
kept = []
print(*resident_above(lambda: kept.append(np.ones(2**22))), sep=";")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the peak is known on Linux and macOS alone")
def test_memory_is_what_is_taken_above_the_present():
    done = subprocess.run(
        [sys.executable, "-c", ALLOCATING], check=True, capture_output=True, text=True, cwd=ROOT
    )
    taken, how = done.stdout.split(";")
    # Where the peak cannot be forgotten, that of before is told.
    assert 31 < int(taken) / 2**20 < (36 if how.startswith("VmHWM") else 100)
