"""The kit finds every wrong rule, and says what it is."""

import pytest

from autodiff.testing import GradientError, check_gradients
from tests.autodiff.testing.wrong_rules import WRONG


@pytest.mark.parametrize("fault", WRONG, ids=lambda fault: fault.name)
def test_is_caught(fault):
    with pytest.raises(GradientError) as caught:
        check_gradients(fault.function, *fault.inputs, order=fault.order, **fault.options)
    assert fault.says in str(caught.value)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("fault", WRONG, ids=lambda fault: fault.name)
def test_is_caught_by_any_draw(fault, seed):
    with pytest.raises(GradientError):
        check_gradients(fault.function, *fault.inputs, order=fault.order, seed=seed)


@pytest.mark.parametrize("fault", [f for f in WRONG if f.order > 1], ids=lambda fault: fault.name)
def test_is_right_at_the_order_below(fault):
    check_gradients(fault.function, *fault.inputs, order=fault.order - 1)
