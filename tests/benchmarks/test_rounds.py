"""Turns, ratios and quartiles, on numbers that are made up."""

import pytest

from benchmarks.ratios import Spread, ratio, summary
from benchmarks.rounds import FEWEST, interleaved, steps_for


class FakeWorker:
    """Takes so many seconds a step, and notes when it was asked."""

    def __init__(self, name, seconds, log):
        self.name, self.seconds, self.log = name, seconds, log

    def ask(self, command, steps):
        assert command == "time"
        self.log.append((self.name, steps))
        return {
            "seconds": steps * self.seconds,
            "cpu_seconds": 2 * steps * self.seconds,
            "quiet": True,
        }


def test_steps_fill_a_block():
    assert steps_for(FakeWorker("a", 3.0, []), block=0.02) == 1
    steps = steps_for(FakeWorker("a", 1e-5, []), block=0.02)
    assert 0.016 <= steps * 1e-5 <= 0.03


def test_all_take_turns_and_each_begins_a_round():
    log = []
    fakes = {name: FakeWorker(name, 1.0, log) for name in "abc"}
    times = interleaved(fakes, repeats=3, block=0.5)
    assert [name for name, _ in log[-9:]] == [*"abc", *"bca", *"cab"]
    assert times["a"].seconds == [1.0, 1.0, 1.0]
    assert times["a"].cores == pytest.approx(2)


def test_no_round_begins_after_the_limit():
    fakes = {"a": FakeWorker("a", 1.0, [])}
    assert len(interleaved(fakes, repeats=FEWEST + 3, limit=0)["a"].seconds) == FEWEST
    assert len(interleaved(fakes, repeats=FEWEST - 1, limit=0)["a"].seconds) == FEWEST - 1
    assert len(interleaved(fakes, repeats=FEWEST + 3, limit=60)["a"].seconds) == FEWEST + 3


def test_quartiles():
    assert Spread.of([5, 1, 4, 2, 3]) == Spread(3, 2, 4)
    assert Spread.of([7.0]) == Spread(7.0, 7.0, 7.0)
    with pytest.raises(ValueError, match="no numbers"):
        Spread.of([])


def test_ratios_are_taken_round_by_round():
    # The machine was ten times as slow in the second round, for both.
    assert ratio([1.0, 20.0, 3.0], [2.0, 40.0, 6.0]) == Spread(0.5, 0.5, 0.5)
    assert ratio([1.0, 3.0], [2.0, 2.0]) == Spread(1.0, 0.75, 1.25)
    with pytest.raises(ValueError, match="1 rounds and 2 rounds"):
        ratio([1.0], [1.0, 2.0])


def test_summary_compares_with_each_of_ours():
    measured = summary({"own": [1.0, 3.0], "other": [2.0, 2.0]}, ["own", "absent"])
    assert measured["other"]["seconds"].median == 2
    assert measured["other"]["ratios"] == {"own": Spread(1.0, 0.75, 1.25)}
    assert measured["own"]["ratios"]["own"].median == 1
