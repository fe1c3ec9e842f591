"""How cost grows: time and memory per node of a chain, and per sample of a batch."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks.ratios import Spread
from benchmarks.rounds import interleaved
from benchmarks.workers import Worker


@dataclass(frozen=True)
class Sweep:
    """One workload in several sizes.

    Parameters
    ----------
    workload : str
        Its name.
    title, unit : str
        What it is, and what there are more and more of.
    argument : str
        The workload's field that says how many.
    sizes : tuple of int
        How many.
    """

    workload: str
    title: str
    unit: str
    argument: str
    sizes: tuple[int, ...]


NODES = (1_000, 10_000, 100_000, 1_000_000)
BATCHES = (10, 30, 100, 300, 1_000)
SWEEPS = (
    Sweep("chain", "a chain of small operations", "node", "operations", NODES),
    Sweep("simple_conv", "SimpleConvNet", "sample", "batch", BATCHES),
    Sweep("deep_conv", "DeepConvNet", "sample", "batch", BATCHES),
)


def grow(sweep, peer, repeats, block):
    """The cost of one unit in each size, by turns, on one thread.

    Parameters
    ----------
    sweep : Sweep
        What is measured.
    peer : Peer
        Who computes.
    repeats : int
        How many rounds there are.
    block : float
        Seconds that a turn takes at least.

    Returns
    -------
    list of dict
        For each size: "size", "seconds" (a Spread) and "bytes", both per unit.
    """
    with ExitStack() as stack:
        started = {}
        for size in sweep.sizes:
            worker = Worker(peer, threads=1)
            stack.callback(worker.close)
            worker.ask("make", name=sweep.workload, changes={sweep.argument: size})
            started[size] = worker
        # The first steps, in processes that have done nothing else.
        memory = {size: worker.ask("memory", steps=2) for size, worker in started.items()}
        times = interleaved(started, repeats, block)
    return [
        {
            "size": size,
            "seconds": Spread.of(s / size for s in times[size].seconds),
            "bytes": memory[size]["bytes"] / size,
        }
        for size in sweep.sizes
    ]
