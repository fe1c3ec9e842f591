"""Parameters that are declared by annotations: those of operations above all."""

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from autodiff import Op
from autodiff.immutable import Immutable


class Interval(Immutable):
    low: float
    high: float = 1.0

    count: ClassVar[int] = 0
    closed = True


class Grid(Interval):
    steps: int = 10
    high: float = 2.0


class Samples(Immutable, eq=False):
    values: Any


class Scaled(Op):
    factor: float
    shift: float = 0.0

    def forward(self, x: Any) -> Any:
        return self.factor * x + self.shift


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        (Interval(0.0), {"low": 0.0, "high": 1.0}),
        (Interval(0.0, 3.0), {"low": 0.0, "high": 3.0}),
        (Interval(high=3.0, low=0.0), {"low": 0.0, "high": 3.0}),
        (Interval(0.0, high=3.0), {"low": 0.0, "high": 3.0}),
        (Grid(0.0), {"low": 0.0, "high": 2.0, "steps": 10}),
        (Grid(0.0, steps=4), {"low": 0.0, "high": 2.0, "steps": 4}),
    ],
)
def test_parameters_come_by_position_and_by_name(interval, expected):
    assert list(vars(interval).items()) == list(expected.items())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Interval(), "Interval: takes low, high; low is missing"),
        (lambda: Interval(high=2.0), "Interval: takes low, high; low is missing"),
        (lambda: Interval(0.0, 1.0, 2.0), "Interval: takes low, high; 3 were given"),
        (lambda: Interval(0.0, low=1.0), "Interval: .* low is none of them, or given twice"),
        (lambda: Interval(0.0, 1.0, high=1.0), "Interval: .* high is none of them, or given"),
        (lambda: Interval(0.0, closed=False), "Interval: .* closed is none of them, or given"),
        (lambda: Immutable(1), "Immutable: takes no parameters; 1 were given"),
    ],
)
def test_what_does_not_fit_is_refused(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_the_signature_is_that_of_the_parameters():
    assert str(inspect.signature(Interval)) == "(low: float, high: float = 1.0) -> None"
    named = [p.name for p in inspect.signature(Grid).parameters.values()]
    assert named == ["low", "high", "steps"]


def test_an_instance_keeps_its_signature_of_a_call():
    assert list(inspect.signature(Scaled(2.0)).parameters) == ["inputs"]


def test_what_operations_have_anyway_is_no_parameter():
    class Doubled(Op):
        symbol: str = "2·"
        broadcasts: bool = True
        factor: float = 2.0

    assert list(inspect.signature(Doubled).parameters) == ["factor"]
    assert repr(Doubled()) == "doubled(factor=2.0)"


def test_equal_parameters_make_equal_values():
    assert Interval(0.0) == Interval(0.0, 1.0)
    assert hash(Interval(0.0)) == hash(Interval(0.0, 1.0))
    assert Interval(0.0) != Interval(0.5)
    assert Grid(0.0, 1.0) != Interval(0.0, 1.0)
    assert Scaled(2.0) == Scaled(2.0, 0.0)


def test_with_arrays_a_value_equals_itself_alone():
    values = np.arange(3.0)
    samples = Samples(values)
    assert samples == samples  # what is tested
    assert samples != Samples(values)
    assert len({samples, Samples(values)}) == 2


def test_nothing_is_changed():
    interval = Interval(0.0)
    with pytest.raises(AttributeError, match=r"low: Interval\(low=0.0, high=1.0\) does not change"):
        interval.low = 1.0
    with pytest.raises(AttributeError, match=r"name: .* does not change"):
        interval.name = "unit"
    with pytest.raises(AttributeError, match=r"high: .* does not change"):
        del interval.high
    assert vars(interval) == {"low": 0.0, "high": 1.0}


def test_another_one_with_a_parameter_changed():
    assert Interval(0.0).__replace__(low=0.5) == Interval(0.5)
    with pytest.raises(TypeError, match="none of them"):
        Interval(0.0).__replace__(center=0.5)


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))]
)
def test_copies_are_equal(copied):
    assert copied(Scaled(2.0, 1.0)) == Scaled(2.0, 1.0)
    assert copied(Interval(0.5)) == Interval(0.5)


def test_an_operation_may_be_a_dataclass():
    @dataclass(frozen=True, repr=False)
    class Shifted(Op):
        by: float
        times: int = 1

        def forward(self, x: Any) -> Any:
            return x + self.by * self.times

    shifted = Shifted(2.0, times=3)
    assert shifted(1.0) == 7.0
    assert shifted == Shifted(2.0, 3)
    assert replace(shifted, times=1) == Shifted(2.0)
    assert repr(shifted) == "shifted(by=2.0, times=3)"
    assert str(inspect.signature(Shifted)) == "(by: float, times: int = 1) -> None"
    with pytest.raises(FrozenInstanceError):
        shifted.by = 1.0


def test_an_operation_may_be_a_dataclass_that_changes():
    @dataclass
    class Shifted(Op):
        by: float

        def forward(self, x: Any) -> Any:
            return x + self.by

    shifted = Shifted(2.0)
    shifted.by = 3.0
    assert shifted(1.0) == 4.0


def test_an_operation_may_have_its_own_init():
    class Shifted(Op):
        by: float

        def __init__(self, by: float) -> None:
            super().__init__()
            self.by = by

        def forward(self, x: Any) -> Any:
            return x + self.by

    shifted = Shifted(2.0)
    assert shifted(1.0) == 3.0
    assert shifted == shifted  # what is tested
    assert shifted != Shifted(2.0)
    assert str(inspect.signature(Shifted)) == "(by: float) -> None"


def test_an_operation_may_give_parameters_to_its_base():
    class Doubled(Scaled):
        def __init__(self, label: str) -> None:
            super().__init__(2.0)
            self.label = label

    assert Doubled("twice")(3.0) == 6.0
    assert repr(Doubled("twice")) == "doubled(factor=2.0, shift=0.0, label='twice')"
