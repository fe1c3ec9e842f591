"""The kit finds every wrong rule, and says what it is."""

import numpy as np
import pytest

from autodiff.testing import GradientError, check, check_gradients, directions, properties
from tests.autodiff.testing.wrong_rules import WRONG


@pytest.mark.parametrize("fault", WRONG, ids=lambda fault: fault.name)
def test_is_caught(fault):
    with pytest.raises(GradientError) as caught:
        check_gradients(fault.function, *fault.inputs, order=fault.order, **fault.options)
    assert fault.says in str(caught.value)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("fault", WRONG, ids=lambda fault: fault.name)
def test_is_caught_by_any_draw(fault, seed):
    with pytest.raises(GradientError):
        check_gradients(fault.function, *fault.inputs, order=fault.order, seed=seed)


@pytest.mark.parametrize("fault", [f for f in WRONG if f.order > 1], ids=lambda fault: fault.name)
def test_is_right_at_the_order_below(fault):
    check_gradients(fault.function, *fault.inputs, order=fault.order - 1)


def named(name):
    (fault,) = (fault for fault in WRONG if fault.name == name)
    return fault


def nothing(*args, **options):
    return None


def all_alike(these, those):
    return True


def ones(ys, rng):
    return [np.ones_like(y) for y in ys]


def said(fault, options):
    """What a check says of a fault; nothing if it does not see it."""
    try:
        check_gradients(fault.function, *fault.inputs, **options)
    except GradientError as error:
        return str(error)
    return ""


# What each part of the kit is there for: without it, this fault is not found, or not named.
PARTS = {
    "differences": (check, "check_directions", nothing, "half"),
    "random cotangents": (directions, "cotangents_like", ones, "the mean of the cotangents"),
    "element by element": (directions, "SMALL", 0, "wrong in a small entry beside a large one"),
    "a second walk": (properties, "_same", all_alike, "nondeterministic"),
    "zero cotangents": (properties, "_check_zero", nothing, "the cotangent left out"),
    "linearity": (properties, "_check_linear", nothing, "clipped cotangents"),
    "fan-out": (properties, "_check_fan_out", nothing, "a stale value"),
    "each rule by itself": (properties, "check_rules", nothing, "float32 on the way back"),
    "float32 by float64": (check, "check_precision", nothing, "wrong in float32 alone"),
}


@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_needed(part, monkeypatch):
    module, attribute, without, name = PARTS[part]
    fault = named(name)
    # Reverse mode alone: forward mode would find some of them too.
    options = {"modes": ("reverse",), "order": fault.order}
    assert fault.says in said(fault, options)
    monkeypatch.setattr(module, attribute, without)
    assert fault.says not in said(fault, options)


def test_the_tolerance_is_needed():
    fault = named("a millionth too large")
    check_gradients(fault.function, *fault.inputs, rtol=1e-5)


def test_there_are_many():
    assert len(WRONG) >= 40
    assert len({fault.name for fault in WRONG}) == len(WRONG)
