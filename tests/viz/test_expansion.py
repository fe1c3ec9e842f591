"""The lectures' graph: operations that have a definition are taken apart."""

import numpy as np
import pytest
from hypothesis import given, settings

import autodiff as ad
import nn
import viz
from autodiff import INPUTS, NOTHING, OUTPUT, RESIDUAL, Op, Tensor
from autodiff.op import registry
from autodiff.testing.strategies.operations import has_domain
from nn.functional import sigmoid, softmax_cross_entropy, softplus
from tests.viz.graphs import gradients, programs, texts, values
from viz.labels import number
from viz.tracing.expansion import expand
from viz.tracing.flow import differentiate
from viz.tracing.trace import trace


def leaf(data, name=None):
    return Tensor(data, requires_grad=True, name=name)


def expanded(*roots):
    made = trace(roots)
    differentiate(made, [np.ones(root.shape) for root in roots])
    return expand(made)


def is_made_in_order(made):
    """Whether each call's operands are there before it."""
    known = set()
    for call in made.calls:
        if any(o.quantity.call is not None and o.quantity not in known for o in call.operands):
            return False
        known.update(call.results)
    return known.issuperset(root for root in made.roots if root.call is not None)


@settings(max_examples=40)
@given(programs())
def test_only_primitives_are_left(program):
    _, _, root = program.run()
    made = expanded(root)
    assert all(call.op.definition is None for call in made.calls)
    assert is_made_in_order(made)
    for call in made.calls:
        assert all(result.call is call for result in call.results)


def cases(cls):
    rng = np.random.default_rng(0)
    if has_domain(cls):
        return [(cls(), tuple(domain.sample(rng, (2, 3)) for domain in cls.domain))]
    return list(cls.cases(rng))


CASES = [
    (cls, index)
    for cls in registry
    if cls.definition is not None
    for index in range(len(cases(cls)))
]


@pytest.mark.parametrize(("cls", "index"), CASES, ids=lambda case: getattr(case, "__name__", case))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_every_fused_operation_comes_apart(cls, index):
    op, arguments = cases(cls)[index]
    inputs = [
        leaf(a, f"a{i}") if np.asarray(a).dtype.kind == "f" and not isinstance(a, float) else a
        for i, a in enumerate(arguments)
    ]
    y = op(*inputs)
    if not isinstance(y, Tensor):
        pytest.fail(f"{cls.__name__} has several outputs")
    made = expanded(y)
    assert all(call.op.definition is None for call in made.calls)
    assert is_made_in_order(made)
    (root,) = made.roots
    np.testing.assert_allclose(root.array, y.numpy(), rtol=1e-9, atol=1e-12)


# -- values and gradients in between --------------------------------------------------------------


def test_sigmoid_is_that_of_the_lectures():
    x = leaf(0.3, "x")
    diagram = viz.backward_flow(sigmoid(x), detail="primitive", expressions=False)
    assert texts(diagram, "operation") == ["×", "exp", "+", "/"]
    e = np.exp(-0.3)
    y = 1 / (1 + e)
    assert [
        label for v in ("multiply", "exp", "add", "reciprocal") for label in values(diagram)[v]
    ] == [number(v) for v in (-0.3, e, 1 + e, y)]
    back = gradients(diagram)
    assert back["add", "reciprocal"] == [number(-(y**2))]
    assert back["exp", "add"] == [number(-(y**2))]
    assert back["multiply", "exp"] == [number(-(y**2) * e)]
    assert back["x", "multiply"] == [number(y**2 * e)]


def test_softmax_with_cross_entropy_in_primitives_gives_y_minus_t():
    z = leaf([1.0, -0.5, 2.0], "z")
    diagram = viz.backward_flow(softmax_cross_entropy(z, np.array(2)), detail="primitive")
    (wire,) = (wire for wire in diagram.structure.wires if wire.tail == "z")
    y = np.exp(z.numpy()) / np.exp(z.numpy()).sum()
    assert wire.gradient.table == (tuple(number(v) for v in y - [0, 0, 1]),)


def test_what_is_gone_leaves_the_structure():
    x, w = leaf(np.ones((20, 20)), "x"), leaf(np.ones((20, 20)), "w")
    loss = (sigmoid(x @ w) * sigmoid(x)).sum()
    full = viz.backward_flow(loss, detail="primitive", expressions=False)
    loss.backward()
    diagram = viz.backward_flow(loss, detail="primitive", expressions=False)
    ids = [v.id for v in diagram.structure.vertices]
    assert ids == [v.id for v in full.structure.vertices]
    assert values(diagram)["exp"] == ["20 × 20 float64"]
    assert gradients(diagram)["multiply", "exp"] == ["20 × 20 float64"]


def test_numbers_of_a_definition_keep_float32():
    x = leaf(np.float32(0.3), "x")
    assert x.dtype == np.float32
    made = expanded(sigmoid(x))
    assert {result.dtype for call in made.calls for result in call.results} == {np.dtype("f4")}


# -- operations of a user's own -------------------------------------------------------------------


class Looks(Op):
    """x, where the rule looks at its values, as a symbol cannot be looked at."""

    saves = INPUTS

    def forward(self, x):
        return np.minimum(x, 1.0)

    def vjp(self, g, x):
        if x.sum() > 100:
            return (np.zeros_like(x),)
        return (g * (x < 1),)


class LooksAndSays(Looks):
    def expression(self, *arguments):
        return f"⌈{arguments[0]}⌉"


class Exponential(Op):
    """By way of a function that takes numbers alone."""

    saves = OUTPUT

    def forward(self, x):
        return np.asarray(np.exp(float(x)))

    def vjp(self, g, y):
        return (np.asarray(float(g) * float(y)),)


class DoubleAndTriple(Op):
    saves = NOTHING

    def forward(self, x):
        return x * 2, x * 3

    def vjp(self, g):
        double, triple = g
        total = 0.0
        if double is not None:
            total = total + 2 * double
        if triple is not None:
            total = total + 3 * triple
        return (total,)


class Signed(Op):
    saves = INPUTS | RESIDUAL

    def forward(self, x):
        return np.abs(x), np.sign(x)

    def vjp(self, g, x, sign):
        return (g * sign,)


class Squared(Op):
    saves = INPUTS

    def forward(self, x):
        return x * x

    def vjp(self, g, x):
        return (2 * g * x,)

    def definition(self, x):
        return x * x


class Same(Op):
    """Whose definition gives its input."""

    def forward(self, x):
        return x + 0

    def vjp(self, g):
        return (g,)

    def definition(self, x):
        return x


class Nested(Op):
    def forward(self, x):
        return x + 0

    def vjp(self, g):
        return (g,)

    def definition(self, x):
        return Same()(Same()(x) * 1.0)


DETAILS = ["operation", "primitive", "module"]


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize(
    ("op", "value", "gradient"),
    [
        (Looks(), 0.5, 1.0),
        (LooksAndSays(), 0.5, 1.0),
        (Exponential(), 0.5, np.exp(0.5)),
        (Signed(), -2.0, -1.0),
        (Squared(), 3.0, 6.0),
        (Same(), 3.0, 1.0),
        (Nested(), 3.0, 1.0),
    ],
    ids=lambda case: getattr(case, "name", ""),
)
def test_an_operation_of_a_users_own(op, value, gradient, detail):
    x = leaf(value, "x")
    diagram = viz.backward_flow(op(x * 1.0) * 1.0, detail=detail, values=True, expressions=False)
    (wire,) = (wire for wire in diagram.structure.wires if wire.tail == "x")
    assert str(wire.gradient) == number(gradient)
    told = viz.backward_flow(op(x * 1.0) * 1.0, detail=detail, expressions=True)
    assert told.source
    assert str(told)


def test_a_rule_that_looks_has_a_value_and_no_expression():
    x = leaf(0.5, "x")
    diagram = viz.backward_flow(LooksAndSays()(x) * 3)
    assert values(diagram)["looks_and_says"] == ["⌈x⌉ = 0.5"]
    assert gradients(diagram)["x", "looks_and_says"][0] in ("3", "∂y/∂x = 3")


@pytest.mark.parametrize("detail", DETAILS)
def test_several_outputs_of_a_users_own(detail):
    x = leaf([1.0, 2.0], "x")
    double, triple = DoubleAndTriple()(x)
    diagram = viz.backward_flow((double * triple).sum(), detail=detail, values=True)
    (wire,) = (wire for wire in diagram.structure.wires if wire.tail == "x")
    assert wire.gradient.table == (("12", "24"),)
    assert len([w for w in diagram.structure.wires if w.tail == "double_and_triple"]) == 2


def test_an_operation_with_itself_as_both_operands_comes_apart():
    x = leaf(3.0, "x")
    made = expanded(ad.divide(x, x))
    uses = [
        o
        for call in made.calls
        for o in call.operands
        if o.quantity is made.calls[0].operands[0].quantity
    ]
    assert len(uses) == 2
    assert sum(use.cotangent for use in uses) == pytest.approx(0, abs=1e-15)


def test_constants_of_a_fused_operation_stay_what_they_are():
    z, t = leaf([[1.0, 2.0]], "z"), np.array([[0.25, 0.75]])
    diagram = viz.graph(softmax_cross_entropy(z, t), detail="primitive", names={"t": t})
    assert texts(diagram, "constant").count("t") == 1
    assert values(diagram)["t"] == ["[0.25, 0.75]"]


def test_scopes_are_kept():
    model = nn.Sequential(nn.Affine(2, 3), nn.Sigmoid())
    diagram = viz.graph(model(np.ones((1, 2))).sum(), detail="primitive")
    titles = [group.title for group in diagram.structure.groups]
    assert titles == ["Sequential", "0: Affine", "1: Sigmoid"]
    (power,) = (v for v in diagram.structure.vertices if v.id == "exp")
    assert titles[power.group] == "1: Sigmoid"


def test_what_overflows_in_primitives_gives_no_warning():
    y = softplus(Tensor(1000.0, requires_grad=True, name="x"))
    assert "∞" in str(viz.backward_flow(y, detail="primitive"))
