"""Right rules pass; ``python -m tests.false_alarms`` draws many more."""

import itertools

import pytest

from tests.false_alarms import draws, outcome


@pytest.mark.parametrize(("order", "count"), [(1, 400), (2, 100)])
def test_right_rules_pass(order, count):
    said = [
        (outcome(op, inputs, number, order), op)
        for number, (op, inputs) in enumerate(itertools.islice(draws(order), count))
    ]
    assert [alarm for alarm in said if alarm[0][0] not in {"right", "kink"}] == []
    # All that can be said of a determinant of which nothing but rounding is left.
    kinks = [op for (what, _), op in said if what == "kink"]
    assert {type(op).__name__ for op in kinks} <= {"Det", "Cofactors"}
    assert len(kinks) <= 0.01 * count
