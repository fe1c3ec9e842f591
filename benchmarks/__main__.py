"""Measure what chainrule costs, side by side with others: ``python -m benchmarks``."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path

from autodiff.whole_file import whole_file
from benchmarks import picture, tables
from benchmarks.agreement import DisagreementError
from benchmarks.measurement import EXTRAS, Plan, measure
from benchmarks.peers import PEERS
from benchmarks.workers import WorkerError
from benchmarks.workloads import WORKLOADS

QUICK = Plan(
    threads=(1,),
    repeats=4,
    growth_repeats=1,
    import_repeats=2,
    block=0.001,
    limit=5.0,
    growth_sizes=2,
)
"""To see that all works; its numbers say little."""


def several(known, what):
    """A parser of names with commas between."""

    def parse(text):
        names = tuple(text.split(","))
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"no {what} is called {', '.join(unknown)}; there are {', '.join(known)}"
            )
        return names

    return parse


def counts(text):
    """A parser of positive whole numbers with commas between."""
    if not all(part.isdecimal() and int(part) > 0 for part in text.split(",")):
        raise argparse.ArgumentTypeError(f"{text!r}; expected whole numbers from 1, such as 1,2")
    return tuple(map(int, text.split(",")))


def options_from(arguments):
    """The plan, and the folder to write to."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.splitlines()[0])
    rows = (*WORKLOADS, *EXTRAS)
    parser.add_argument(
        "--rows", type=several(rows, "row"), metavar="NAMES", help=f"some of {', '.join(rows)}"
    )
    parser.add_argument(
        "--peers",
        type=several(PEERS, "peer"),
        metavar="NAMES",
        help=f"chainrule and some of {', '.join(name for name in PEERS if name != 'chainrule')}",
    )
    parser.add_argument("--threads", type=counts, metavar="COUNTS", help="1,2 by default")
    parser.add_argument("--repeats", type=int, help=f"rounds; {Plan.repeats} by default")
    parser.add_argument("--quick", action="store_true", help="few and short rounds: to try it")
    parser.add_argument(
        "--out", type=Path, default=Path("out/benchmarks"), help="the folder for what is written"
    )
    options = parser.parse_args(arguments)
    if options.repeats is not None and options.repeats < 4:
        parser.error(f"--repeats {options.repeats}: at least 4 are needed for quartiles")
    given = {
        name: getattr(options, name)
        for name in ("rows", "peers", "threads", "repeats")
        if getattr(options, name) is not None
    }
    return replace(QUICK if options.quick else Plan(), **given), options.out


def write(report, folder):
    """Write the JSON file, the tables and, where Matplotlib is installed, the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / "benchmarks.json") as file:
        file.write_text(
            json.dumps(report.as_dict(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    with whole_file(folder / "benchmarks.txt") as file:
        file.write_text(tables.text(report), encoding="utf-8")
    if not report.rows:
        return
    if importlib.util.find_spec("matplotlib") is None:
        print("the picture is left out: matplotlib is not installed")
        return
    with whole_file(folder / "benchmarks.png") as file:
        picture.draw(report, file)


def main(arguments=None):
    """Measure, print the tables, and write them with the figures and the picture."""
    plan, folder = options_from(arguments)
    try:
        report = measure(plan)
    except (DisagreementError, WorkerError) as error:
        sys.exit(f"benchmarks: {error}")
    except KeyboardInterrupt:
        sys.exit("benchmarks: interrupted, nothing is written")
    print(tables.text(report))
    write(report, folder)


if __name__ == "__main__":
    main()
