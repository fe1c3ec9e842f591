"""Operations of one's own: how they are declared, and what is said of wrong ones."""

import math

import numpy as np
import pytest

import autodiff as ad
from autodiff import INPUTS, NOTHING, OTHERS, OUTPUT, RESIDUAL, Op, Tensor, gradients
from autodiff.op import registry
from autodiff.saves import Saves


def leaf(data):
    return Tensor(data, requires_grad=True)


class Cube(Op):
    """x³, all that it can save saved."""

    saves = INPUTS | OUTPUT | RESIDUAL

    def forward(self, x):
        return x**3, 3 * x**2

    def residual(self, x):
        return 3 * x**2

    def vjp(self, g, x, y, slope):
        return (g * slope + 0 * x * y,)


def test_what_a_rule_gets():
    x = leaf([2.0, 3.0])
    y = Cube()(x)
    assert [np.shape(s) for s in y.node.saved] == [(2,)] * 3
    (g,) = gradients(y.sum(), [x], create_graph=True)
    np.testing.assert_array_equal(g.numpy(), [12, 27])
    np.testing.assert_array_equal(gradients(g.sum(), [x])[0], [12, 18])


def test_operations_of_ones_own_are_not_in_the_registry():
    assert Cube not in registry
    assert {cls.__module__.split(".")[0] for cls in registry} <= {"autodiff", "nn"}
    assert type(ad.exp) in registry


def test_saves_combine():
    assert INPUTS[0] | OUTPUT == Saves((0,), output=True)
    assert INPUTS[2] | INPUTS[0] == INPUTS[0, 2]
    assert INPUTS | INPUTS[1] == INPUTS
    assert NOTHING | RESIDUAL == RESIDUAL
    with pytest.raises(TypeError, match=r"INPUTS \| RESIDUAL"):

        class NeedsInputs(Op):
            saves = RESIDUAL

            def residual(self, x):
                return x


def test_names():
    class LogOfSum(Op):
        pass

    assert LogOfSum.name == LogOfSum.symbol == "log_of_sum"
    assert repr(ad.exp) == "exp"
    assert repr(leaf(np.ones((2, 2))).sum(axis=0).node.op) == "sum(axis=0, keepdims=False)"


@pytest.mark.parametrize("method", ["forward", "vjp"])
def test_a_missing_method_is_named(method):
    class Half(Op):
        def forward(self, x):
            return x * 0.5

    class Nothing(Op):
        pass

    with pytest.raises(NotImplementedError, match=f"has no {method}"):
        (Nothing if method == "forward" else Half)()(leaf(1.0)).backward()


def test_instances_are_immutable():
    rng = np.random.default_rng(0)
    for cls in registry:
        if cls.cases.__func__ is not Op.cases.__func__:
            op, _ = next(cls.cases(rng))
            for name in vars(op):
                with pytest.raises(AttributeError):
                    setattr(op, name, None)


def test_the_number_of_inputs_of_ones_own():
    class Static(Op):
        @staticmethod
        def forward(x, y):
            return x + y

    class Optional(Op):
        def forward(self, x, y=1.0):
            return x + y

    assert Static()(leaf(1.0), 2.0).item() == 3
    assert Optional()(leaf(1.0)).item() == Optional()(leaf(1.0), 1.0).item() == 2
    with pytest.raises(TypeError, match="static: takes 2 inputs, 1 were given"):
        Static()(leaf(1.0))


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (lambda g: g, "its vjp must return a tuple of 1 entries"),
        (lambda g: (g, g), "its vjp must return a tuple of 1 entries"),
        (lambda g: (g[:1],), r"its vjp gave shape \(1,\) for an input of shape \(2,\)"),
        (lambda g: (g[None],), r"its vjp gave shape \(1, 2\) for an input of shape \(2,\)"),
        (lambda g: (1.0,), "its vjp gave float 1.0 for an input of shape"),
        (lambda g: ("no",), "its vjp gave str 'no'"),
    ],
)
def test_wrong_rules_are_named(entries, message):
    class Wrong(Op):
        def forward(self, x):
            return x * 1.0

        def vjp(self, g):
            return entries(g)

    x = leaf([1.0, 2.0])
    with pytest.raises((TypeError, ValueError), match=f"wrong: {message}"):
        Wrong()(x).sum().backward()
    assert x.grad is None


def test_only_what_broadcasts_is_summed():
    class Plus(Op):
        def forward(self, x, y):
            return x + y

        def vjp(self, g):
            return g, g

    class BroadcastingPlus(Plus):
        broadcasts = True

    x, y = leaf([[1.0], [2.0]]), leaf([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="broadcasts = True"):
        Plus()(x, y).sum().backward()
    BroadcastingPlus()(x, y).sum().backward()
    np.testing.assert_array_equal(x.grad, [[3], [3]])
    np.testing.assert_array_equal(y.grad, [2, 2, 2])


def test_what_no_broadcasting_gave_is_refused():
    class Longer(Op):
        broadcasts = True

        def forward(self, x):
            return x

        def vjp(self, g):
            return (np.concatenate([g, g[:1]]),)

    with pytest.raises(ValueError, match=r"longer: its vjp gave shape \(3,\) for .* \(2,\)"):
        Longer()(leaf([1.0, 2.0])).sum().backward()


def test_slopes_that_are_arrays_add_up_with_those_that_are_tensors():
    class Twice(Op):
        def forward(self, x):
            return 2 * x

        def vjp(self, g):
            return (np.full(2, 2.0),)

    x = leaf([3.0, 5.0])
    y = x * x + Twice()(x) + Twice()(x)  # the walk meets the two arrays first
    late = Twice()(x) + Twice()(x) + x * x
    for total in (y, late):
        (slope,) = gradients(total.sum(), [x], create_graph=True)
        np.testing.assert_array_equal(slope.numpy(), [10, 14])
        np.testing.assert_array_equal(gradients(slope.sum(), [x])[0], [2, 2])


def test_an_error_inside_an_operation_of_ones_own_keeps_its_place():
    class Careless(Op):
        def forward(self, x):
            return np.ones(3) + np.ones(4)

    with pytest.raises(ValueError, match="broadcast") as caught:
        Careless()(leaf([1.0]))
    assert any("in careless of shapes (1,)" in note for note in caught.value.__notes__)
    assert caught.traceback[-1].name == "forward"


def test_a_result_that_carries_no_gradient_is_refused():
    class Rounded(Op):
        def forward(self, x):
            return np.rint(x).astype(int)

    with pytest.raises(TypeError, match="rounded: the result is int64"):
        Rounded()(leaf([1.2]))
    assert Rounded()(Tensor([1.2])).dtype == np.int64


def test_needs():
    class Product(Op):
        saves = INPUTS
        needs = OTHERS

        def forward(self, *xs):
            return math.prod(xs)

        def vjp(self, g, *xs):
            return tuple(
                lambda i=i: g * math.prod(x for j, x in enumerate(xs) if j != i)
                for i in range(len(xs))
            )

    x, y = leaf([2.0]), leaf([5.0])
    z = Product()(x, 3.0, 7.0)
    assert list(z.node.saved) == [None, 3.0, 7.0]
    z.backward()
    assert x.grad == 21
    Product()(x, y, 7.0).backward()
    assert x.grad == 21 + 35
    assert y.grad == 14


def test_numpy_alone_is_a_forward():
    class Hypotenuse(Op):
        numpy = np.hypot
        saves = INPUTS | OUTPUT

        def vjp(self, g, x, y, z):
            return g * x / z, g * y / z

    x = leaf([3.0])
    Hypotenuse()(x, 4.0).backward()
    np.testing.assert_allclose(x.grad, [0.6])


def test_primitives_expand_definitions_of_ones_own():
    class Twice(Op):
        def forward(self, x):
            return 2 * x

        def vjp(self, g):
            return (2 * g,)

        def definition(self, x):
            return x + x

    x = leaf([1.0])
    with ad.primitives():
        assert Twice()(x).node.op is ad.add
    assert isinstance(Twice()(x).node.op, Twice)
