"""The process that one peer runs in: it does what it is told, a line of JSON at a time.

``python -m benchmarks.worker PEER`` reads commands from its standard input and answers each on its
standard output. While it waits it sleeps, so that it does not disturb the one whose turn it is.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
import traceback

import numpy as np

from benchmarks.memory import resident_above
from benchmarks.peers import PEERS
from benchmarks.workloads import workload

PATIENCE = 1.0
"""How many seconds a pool of threads gets to fall asleep."""


class Worker:
    """One peer, and the run that it was told to make.

    Parameters
    ----------
    peer : Peer
        Who computes.
    """

    def __init__(self, peer):
        self.peer = peer
        self.run = None

    def make(self, name, changes):
        """A run of the workload of that name; the time until it can be asked for steps."""
        start = time.perf_counter()
        self.run = None
        gc.collect()
        self.run = self.peer.run(workload(name, **changes))
        return {"seconds": time.perf_counter() - start}

    def results(self, steps, file):
        """Do some steps, and write the arrays of the results to `file`, as NumPy does."""
        for _ in range(steps):
            self.run.step()
        np.savez(file, *self.run.results())
        return {}

    def time(self, steps):
        """The seconds that some steps take, and those that all threads together computed.

        One step goes before, not measured: others had the caches since the last turn.
        """
        self.run.reset()
        gc.collect()
        self.run.step()
        cpu = time.process_time()
        start = time.perf_counter()
        for _ in range(steps):
            self.run.step()
        seconds = time.perf_counter() - start
        cpu = time.process_time() - cpu
        return {"seconds": seconds, "cpu_seconds": cpu, "quiet": _quiet()}

    def memory(self, steps):
        """Peak resident set above the one before some steps, in bytes."""
        gc.collect()

        def work():
            for _ in range(steps):
                self.run.step()

        peak, how = resident_above(work)
        return {"bytes": peak, "how": how}


def _quiet():
    """Wait until no thread of this process computes any more, and say whether that came to be.

    Pools wait for more work in a loop, for milliseconds up to a fraction of a second.
    """
    deadline = time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline:
        start, cpu = time.perf_counter(), time.process_time()
        time.sleep(0.002)
        if time.process_time() - cpu < 0.2 * (time.perf_counter() - start):
            return True
    return False


def main():
    """Answer commands until there are no more."""
    # What a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker(PEERS[sys.argv[1]])
    for line in sys.stdin:
        command, arguments = json.loads(line)
        try:
            answer = getattr(worker, command)(**arguments)
        except Exception:
            answer = {"error": traceback.format_exc()}
        try:
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
        except BrokenPipeError:
            os._exit(1)  # nobody waits for it any more


if __name__ == "__main__":
    main()
