"""Timing by turns: in each round every worker does some steps, one after another.

So whatever else the machine does meanwhile disturbs all alike, and times are compared within the
round that they were taken in.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

BLOCK = 0.02
"""Seconds that the steps of one turn take at least."""

LIMIT = 60.0
"""Seconds after which no more round begins."""

FEWEST = 5
"""Rounds that there are in any case, if so many are wanted."""


@dataclass
class Times:
    """What one worker needed.

    Parameters
    ----------
    steps : int
        How many it did in each turn.
    seconds : list of float
        A step, round by round.
    cpu_seconds : float
        Of all its threads, in all turns.
    noisy : int
        In how many turns its threads did not fall asleep afterwards.
    """

    steps: int
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0
    noisy: int = 0

    @property
    def wall_seconds(self):
        """That all turns took."""
        return self.steps * sum(self.seconds)

    @property
    def cores(self):
        """How many cores it kept busy, on average."""
        return self.cpu_seconds / self.wall_seconds if self.wall_seconds else 0.0


def steps_for(worker, block=BLOCK):
    """How many steps of this worker take `block` seconds."""
    steps = 1
    while True:
        seconds = worker.ask("time", steps=steps)["seconds"]
        if seconds < 10 * block:  # once more: this one may have been disturbed
            seconds = min(seconds, worker.ask("time", steps=steps)["seconds"])
        if seconds >= 0.8 * block:
            return steps
        # The first steps may be slow ones: no more than ten times as many at once.
        steps = min(10 * steps, math.ceil(1.1 * steps * block / max(seconds, 1e-9)))


def interleaved(workers, repeats, block=BLOCK, limit=LIMIT):
    """The times of all workers, by name.

    Parameters
    ----------
    workers : dict of str to Worker
        Each has made its run.
    repeats : int
        How many rounds there are.
    block, limit : float
        Seconds that a turn takes at least, and after which no more round begins.

    Returns
    -------
    dict of str to Times
    """
    times = {name: Times(steps_for(worker, block)) for name, worker in workers.items()}
    names = list(workers)
    start = time.perf_counter()
    for number in range(repeats):
        if number >= FEWEST and time.perf_counter() - start > limit:
            break
        # Each round begins with another one, so that all have all neighbours.
        first = number % len(names)
        for name in names[first:] + names[:first]:
            entry = times[name]
            answer = workers[name].ask("time", steps=entry.steps)
            entry.seconds.append(answer["seconds"] / entry.steps)
            entry.cpu_seconds += answer["cpu_seconds"]
            entry.noisy += not answer["quiet"]
    return times
