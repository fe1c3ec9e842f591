"""The whole measurement, part by part, into a report."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace

from benchmarks import agreement
from benchmarks.growth import SWEEPS, grow
from benchmarks.imports import import_seconds
from benchmarks.machine import machine
from benchmarks.peers import PEERS
from benchmarks.ratios import Spread, ratio, summary
from benchmarks.report import Report
from benchmarks.rounds import BLOCK, LIMIT, interleaved
from benchmarks.workers import tell_all, workers
from benchmarks.workloads import WORKLOADS

EXTRAS = ("memory", "imports", "growth")
"""Parts besides the rows of workloads."""

MEMORY_STEPS = 3


@dataclass(frozen=True)
class Plan:
    """What is to be measured, and how long.

    Parameters
    ----------
    rows : tuple of str
        Names of workloads and of `EXTRAS`.
    peers : tuple of str
        Names of peers; chainrule takes part in any case.
    threads : tuple of int
        Each row is measured with so many.
    repeats, growth_repeats, import_repeats : int
        Rounds of the rows, of the growth, and fresh interpreters.
    block, limit : float
        As for `rounds.interleaved`.
    growth_sizes : int
        Growth is measured in so many sizes, the smallest ones.
    """

    rows: tuple[str, ...] = (*WORKLOADS, *EXTRAS)
    peers: tuple[str, ...] = tuple(PEERS)
    threads: tuple[int, ...] = (1, 2)
    repeats: int = 21
    growth_repeats: int = 5
    import_repeats: int = 21
    block: float = BLOCK
    limit: float = LIMIT
    growth_sizes: int = 5


def measure(plan):
    """All that the plan says.

    Returns
    -------
    Report

    Raises
    ------
    DisagreementError
        If two peers do not compute the same.
    WorkerError
        If something goes wrong in one of them.
    """
    asked = [peer for name, peer in PEERS.items() if name in plan.peers or name == "chainrule"]
    peers = {peer.name: peer for peer in asked if not peer.missing()}
    report = Report(
        machine(),
        {
            name: {"label": p.label, "version": p.version().split("+")[0]}
            for name, p in peers.items()
        },
        {peer.label: peer.missing() for peer in asked if peer.missing()},
    )
    names = [name for name in WORKLOADS if name in plan.rows]
    _say("that all compute the same")
    for name in names:
        with workers(_able(peers, name), threads=1) as started:
            agreement.check(started, name)
    for threads in plan.threads:
        for name in names:
            report.rows.append(_row(peers, name, threads, plan))
    if "memory" in plan.rows:
        report.memory = _memory(peers)
    if "imports" in plan.rows:
        report.imports = _imports(plan)
    if "growth" in plan.rows:
        report.growth = _growth(peers, plan)
    return report


def _row(peers, name, threads, plan):
    """One workload with one number of threads."""
    _say(f"{WORKLOADS[name].title}, threads: {threads}")
    with workers(_able(peers, name), threads) as started:
        tell_all(started, "make", name=name, changes={})
        agreement.check_timed(started, name)
        times = interleaved(started, plan.repeats, plan.block, plan.limit)
    measured = summary({peer: entry.seconds for peer, entry in times.items()}, _ours(peers))
    for peer, entry in times.items():
        measured[peer] |= {
            "steps": entry.steps,
            "rounds": len(entry.seconds),
            "cores": entry.cores,
            "noisy": entry.noisy,
        }
    return {
        "name": name,
        "title": WORKLOADS[name].title,
        "threads": threads,
        "peers": measured,
    }


def _memory(peers):
    """Peak memory of each peer, in a process that has done nothing else."""
    _say("peak memory of DeepConvNet")
    answers = {}
    for peer in _able(peers, "deep_conv"):
        with workers([peer], threads=1) as started:
            tell_all(started, "make", name="deep_conv", changes={})
            answers[peer.name] = started[peer.name].ask("memory", steps=MEMORY_STEPS)
    ours = [own for own in _ours(peers) if own in answers]
    for answer in answers.values():
        answer["ratios"] = {own: answers[own]["bytes"] / answer["bytes"] for own in ours}
    return answers


def _imports(plan):
    _say("imports")
    seconds = import_seconds(plan.import_repeats)
    return {
        "seconds": {module: Spread.of(numbers) for module, numbers in seconds.items()},
        "ratio": ratio(seconds["autodiff"], seconds["numpy"]),
    }


def _growth(peers, plan):
    growth = []
    for sweep in SWEEPS:
        smaller = replace(sweep, sizes=sweep.sizes[: plan.growth_sizes])
        for own in _ours(peers):
            if sweep.workload in peers[own].workloads:
                _say(f"growth: {sweep.title}, {peers[own].label}")
                sizes = grow(smaller, peers[own], plan.growth_repeats, plan.block)
                growth.append(
                    {"title": sweep.title, "unit": sweep.unit, "peer": own, "sizes": sizes}
                )
    return growth


def _able(peers, name):
    """Those peers that compute this workload."""
    return [peer for peer in peers.values() if name in peer.workloads]


def _ours(peers):
    return [name for name, peer in peers.items() if peer.ours]


def _say(what):
    print(f"{time.strftime('%H:%M:%S')} measuring {what} …", file=sys.stderr, flush=True)
