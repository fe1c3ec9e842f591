"""What rules read like on symbols: simplified, readable, and still true."""

import decimal
import math
import operator
import re
import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autodiff as ad
from autodiff import notation
from autodiff.testing.strategies.operations import has_domain
from nn.functional import affine, gelu, relu, sigmoid
from nn.functional.affine import Affine
from nn.functional.classification import SoftmaxCrossEntropy
from nn.functional.normalisation import Standardise
from tests.operations import OPERATIONS
from viz.symbolic import Symbol

SCALAR = 0.0
L_Y = Symbol("∂L/∂y", SCALAR)
A, B, C, X, Y = (Symbol(name, SCALAR) for name in "abcxy")
ROW, COLUMN = Symbol("r", np.zeros(3)), Symbol("c", np.zeros((3, 1)))


def gradients(op, g, *saved):
    return [entry() if callable(entry) else entry for entry in op.vjp(g, *saved)]


# -- the lectures ---------------------------------------------------------------------------------


def test_sigmoid_in_primitives():
    scaled = -1 * X
    power = ad.exp(scaled)
    below = power + 1
    assert [s.text for s in (X, scaled, power, 1 + power)] == [
        "x",
        "−x",
        "exp(−x)",
        "1 + exp(−x)",
    ]
    assert ad.reciprocal(1 + power).text == "1 / (1 + exp(−x))"
    assert ad.reciprocal(below).text == "1 / (exp(−x) + 1)"
    (to_sum,) = gradients(ad.reciprocal, L_Y, Y)
    to_power, _ = gradients(ad.add, to_sum)
    (to_scaled,) = gradients(ad.exp, to_power, power)
    _, to_x = gradients(ad.multiply, to_scaled, -1, None)[0], to_scaled * -1
    assert [g.text for g in (L_Y, to_sum, to_power, to_scaled, to_x)] == [
        "∂L/∂y",
        "−∂L/∂y · y²",
        "−∂L/∂y · y²",
        "−∂L/∂y · y² · exp(−x)",
        "∂L/∂y · y² · exp(−x)",
    ]


def test_minus_one_as_a_constant_operand_changes_the_sign():
    (to_x, _) = gradients(ad.multiply, -L_Y * Y * Y, None, np.array(-1.0))
    assert to_x.text == "∂L/∂y · y²"


def test_fused_sigmoid():
    assert sigmoid(X).text == "σ(x)"
    assert gradients(sigmoid, L_Y, Y)[0].text == "∂L/∂y · y · (1 − y)"


def test_product_swaps_its_inputs():
    g = Symbol("∂L/∂z", SCALAR)
    assert [s.text for s in gradients(ad.multiply, g, X, Y)] == ["∂L/∂z · y", "∂L/∂z · x"]


def test_exercise_with_a_square():
    g, w = Symbol("∂L/∂f", SCALAR), Symbol("w", SCALAR)
    assert (w * X**2 + B).text == "w · x² + b"
    to_w, to_square = gradients(ad.multiply, g, w, X**2)
    assert to_w.text == "∂L/∂f · x²"
    for two in (2, np.array(2.0), Symbol.number(2, SCALAR)):
        assert gradients(ad.power, to_square, X, two, X**2)[0].text == "2 · ∂L/∂f · w · x"


def test_relu():
    g, f = Symbol("∂L/∂f", np.zeros(2)), Symbol("f", np.zeros(2))
    assert gradients(relu, g, f)[0].text == "∂L/∂f where f > 0, else 0"
    assert (gradients(relu, g, f)[0] * 2).text == "2 · (∂L/∂f where f > 0, else 0)"


def test_the_number_one_is_no_factor():
    one = Symbol.number(1, SCALAR)
    assert one.text == "1"
    assert [s.text for s in gradients(ad.multiply, one, X, Y)] == ["y", "x"]
    assert [s.text for s in gradients(ad.add, one)] == ["1", "1"]


def test_a_name_is_no_number():
    assert (Symbol("1", SCALAR) * Symbol("0", SCALAR)).text == "1 · 0"


def test_affine():
    g, x, w, b = (
        Symbol(name, np.zeros(shape))
        for name, shape in (("∂L/∂y", (4, 2)), ("x", (4, 3)), ("W", (3, 2)), ("b", 2))
    )
    assert affine(x, w, b).text == "x @ W + b"
    assert [s.text for s in gradients(Affine(), g, x, w)] == [
        "∂L/∂y @ Wᵀ",
        "xᵀ @ ∂L/∂y",
        "Σ₀ ∂L/∂y",
    ]
    assert ad.transpose(x @ w).text == "(x @ W)ᵀ"
    assert (x @ w * g).text == "(x @ W) · ∂L/∂y"


@pytest.mark.parametrize(
    ("shape", "reduction", "text"),
    [
        ((3,), "mean", "y − t"),
        ((1, 3), "mean", "y − t"),
        ((4, 3), "mean", "(y − t) / 4"),
        ((60, 3), "mean", "(y − t) / 60"),
        ((4, 3), "sum", "y − t"),
        ((4, 3), "none", "y − t"),
    ],
)
def test_softmax_with_cross_entropy(shape, reduction, text):
    op = SoftmaxCrossEntropy(reduction)
    z, t, y = (Symbol(name, np.zeros(shape)) for name in "zty")
    one = Symbol.number(1, np.zeros(shape[:-1]) if reduction == "none" else SCALAR)
    assert gradients(op, one, z, t, y)[0].text == text
    assert op(z, t).text == "CE(z, t)"
    assert op.residual_name == "y"
    assert op.residual_expression("a") == op.residual_expression("a", "t") == "softmax(a)"


def test_standardisation_names_its_residual():
    g, x, y = (Symbol(name, np.zeros((4, 3))) for name in ("g", "x", "y"))
    op = Standardise((0,))
    inverse = Symbol(op.residual_name, np.zeros((1, 3)))
    assert gradients(op, g, x, y, inverse)[0].text == "1/σ · (g − mean₀(g) − y · mean₀(g · y))"
    assert op.residual_expression("x") == "1 / √(var₀(x) + 1e−5)"


def test_residuals_are_described():
    assert ad.exp.residual_name is None
    assert ad.exp.residual_expression("x") == "residual of exp"
    assert gelu.residual_expression("x") == "tanh(√(2/π) · (x + 0.044715 · x³))"


# -- the normal form ------------------------------------------------------------------------------

SIMPLIFIED = [
    (lambda: -1 * A, "−a"),
    (lambda: 1 * A, "a"),
    (lambda: A * 1, "a"),
    (lambda: A / 1, "a"),
    (lambda: A + 0, "a"),
    (lambda: 0 + A, "a"),
    (lambda: 0 * A, "0"),
    (lambda: ad.negative(-A), "a"),
    (lambda: Y * Y, "y²"),
    (lambda: Y * Y * Y, "y³"),
    (lambda: Y * X * Y, "y² · x"),
    (lambda: 3 * (2 * X), "6 · x"),
    (lambda: X * 3 * Y * 2, "6 · x · y"),
    (lambda: A + -B, "a − b"),
    (lambda: A - -B, "a + b"),
    (lambda: A - (B - C), "a − b + c"),
    (lambda: A * (B + C), "a · (b + c)"),
    (lambda: -(A + B), "−(a + b)"),
    (lambda: C - A * B, "c − a · b"),
    (lambda: (A + B) ** 2, "(a + b)²"),
    (lambda: (A + B) * (A + B), "(a + b)²"),
    (lambda: X * (1 / Y), "x / y"),
    (lambda: 2 * X / X, "2 · x / x"),
    (lambda: A / (B * C), "a / (b · c)"),
    (lambda: A / B / C, "a / (b · c)"),
    (lambda: A / (B / C), "a / (b / c)"),
    (lambda: A / (2 * B), "a / (2 · b)"),
    (lambda: 1 / A, "1 / a"),
    (lambda: A**-2, "1 / a²"),
    (lambda: (1 / A) ** -1, "1 / (1 / a)"),
    (lambda: A / L_Y, "a / (∂L/∂y)"),
    (lambda: L_Y * L_Y, "(∂L/∂y)²"),
    (lambda: A + A, "2 · a"),
    (lambda: A * B + B * A, "2 · a · b"),
    (lambda: A + B - A, "b"),
    (lambda: A - A, "0"),
    (lambda: 1 + A + 2, "3 + a"),
    (lambda: A / 3, "a / 3"),
    (lambda: A * (1 / 3), "a / 3"),
    (lambda: A * 0.1, "0.1 · a"),
    (lambda: A * 0.5, "0.5 · a"),
    (lambda: 2 * (A / 3), "2 · a / 3"),
    (lambda: A**0, "1"),
    (lambda: A**1, "a"),
    (lambda: A**0.5, "√a"),
    (lambda: A**2.5, "a^2.5"),
    (lambda: A**-0.5, "a^(−0.5)"),
    (lambda: A**B, "a^b"),
    (lambda: 2**A, "2^a"),
    (lambda: (A * A) ** B, "(a²)^b"),
    (lambda: ad.sqrt(X), "√x"),
    (lambda: ad.sqrt(X + 1), "√(x + 1)"),
    (lambda: ad.sqrt(X) * ad.sqrt(X), "(√x)²"),
    (lambda: abs(X - 1), "|x − 1|"),
    (lambda: abs(abs(X) - 1), "abs(|x| − 1)"),
    (lambda: ad.square(-X), "x²"),
    (lambda: ad.exp(A + B) * 2, "2 · exp(a + b)"),
    (lambda: np.where(X > 0, X, 0), "x where x > 0, else 0"),
    (lambda: np.where(X > 0, X, X), "x"),
    (lambda: np.where(X == 0, 0, A / np.where(X == 0, 1, X)), "0 where x = 0, else a / x"),
    (lambda: np.where(X == 0, 0, ad.exp(np.where(X == 0, 1, Y))), "0 where x = 0, else exp(y)"),
    (lambda: np.maximum(np.where(X > 0, A, B), C), "max((a where x > 0, else b), c)"),
    (lambda: X >= 1, "x ≥ 1"),
    (lambda: X + 1 != Y, "x + 1 ≠ y"),
    (lambda: A * (X > 0), "a · (x > 0)"),
    (lambda: ad.sum(ROW), "Σ r"),
    (lambda: ad.sum(ROW * A), "Σ r · a"),
    (lambda: ad.sum(ROW + A), "Σ (r + a)"),
    (lambda: ad.sum(ROW) * A, "(Σ r) · a"),
    (lambda: -ad.sum(ROW), "−Σ r"),
    (lambda: ad.sum(COLUMN + ROW, axis=-1), "Σ₁ (c + r)"),
    (lambda: ad.mean(ROW), "mean(r)"),
    (lambda: ad.max(COLUMN + ROW, axis=(0,)), "max₀(c + r)"),
    (lambda: ad.broadcast_to(ROW, (2, 3)), "r"),
    (lambda: ad.reshape(ROW, (1, 3)), "r"),
    (lambda: ad.reshape(COLUMN + ROW, 9), "reshape(c + r, (9,))"),
    (lambda: ROW[0], "r[0]"),
    (lambda: (ROW + 1)[1:3], "(r + 1)[1:3]"),
    (lambda: ROW[::-1], "r[::−1]"),
    (lambda: ROW[[0, 0]], "r[indices]"),
    (lambda: COLUMN[..., 0], "c[..., 0]"),
    (lambda: COLUMN.T, "cᵀ"),
    (lambda: ROW.T, "r"),
    (lambda: ROW * np.array([2.0, 2.0, 2.0]), "2 · r"),
    (lambda: ROW * np.array([1.0, 2.0, 3.0]), "r · constant"),
    (lambda: ROW * np.array([1.0, 0.0, 1.0]), "r · mask"),
    (lambda: np.i0(X), "i0(x)"),
    (lambda: Symbol("a + b", SCALAR) * C, "(a + b) · c"),
    (lambda: -Symbol("−x", SCALAR), "x"),
    (lambda: Symbol.number(-2.5, SCALAR) * X, "−2.5 · x"),
    (lambda: X * 1e-7, "1e−7 · x"),
    (lambda: X * 12345, "12345 · x"),
    (lambda: X * math.inf, "x · ∞"),
    (lambda: np.zeros_like(ROW), "0"),
    (lambda: ad.sum(np.ones_like(ROW)), "3"),
    (lambda: ad.split(ROW, 3)[1], "split(r)[1]"),
    (lambda: ad.index_update(ROW, 0, A), "r with [0] = a"),
]


@pytest.mark.parametrize(("make", "text"), SIMPLIFIED, ids=[text for _, text in SIMPLIFIED])
def test_is_simplified(make, text):
    assert make().text == text


def test_text_of_operations_without_symbols():
    """`Op.expression` puts parentheses around texts where they are needed."""
    for op, arguments, text in (
        (ad.add, ("a", "−b"), "a − b"),
        (ad.subtract, ("a", "b + c"), "a − (b + c)"),
        (ad.subtract, ("a", "−b"), "a + b"),
        (ad.multiply, ("a + b", "c"), "(a + b) · c"),
        (ad.multiply, ("a", "−b"), "a · (−b)"),
        (ad.multiply, ("a / b", "c / d"), "a / b · (c / d)"),
        (ad.divide, ("a · b", "∂L/∂y"), "a · b / (∂L/∂y)"),
        (ad.power, ("a", "−1"), "a⁻¹"),
        (ad.power, ("a b", "2"), "(a b)²"),
        (ad.negative, ("−a",), "−(−a)"),
        (ad.negative, ("a + b",), "−(a + b)"),
        (ad.reciprocal, ("a · b",), "1 / (a · b)"),
        (ad.square, ("x²",), "(x²)²"),
        (ad.matmul, ("a @ b", "cᵀ"), "(a @ b) @ cᵀ"),
    ):
        assert op.expression(*arguments) == text


def test_only_what_is_surely_equal_is_put_together():
    """Different things may be written alike: columns and rows, and arrays without a name."""
    column = ad.reshape(ROW, (3, 1))
    assert (ROW + column).text == "r + r"
    assert (column * ROW).text == "r · r"
    assert (column - column).text == "0"
    assert (ad.exp(column) - ad.exp(ROW)).text == "exp(r) − exp(r)"
    assert (ROW * np.arange(3.0) - ROW * np.ones(3).cumsum()).text == "r · constant − r · constant"
    assert (ROW[[0, 1]] - ROW[[1, 2]]).text == "r[indices] − r[indices]"
    assert np.where(X > 0, ROW[[0, 1]], ROW[[1, 2]]).text.endswith("else r[indices]")
    scalar = ad.reshape(ad.sum(ROW), (1,))
    assert (scalar + ad.broadcast_to(scalar, (3,))).text == "2 · (Σ r)"


def test_of_a_symbol():
    symbol = Symbol("x", np.zeros((2, 3), np.float32))
    assert (symbol.shape, symbol.ndim, symbol.size, symbol.dtype) == ((2, 3), 2, 6, np.float32)
    assert repr(symbol) == "Symbol('x', (2, 3), float32)"
    assert (2 * symbol).dtype == np.float32
    assert (symbol * np.zeros((4, 1, 3))).shape == (4, 2, 3)
    with pytest.raises(TypeError, match="must not look at values"):
        bool(symbol > 0)


def test_large_examples_cost_nothing():
    large = Symbol("x", np.broadcast_to(0.0, (10**6, 10**6)))
    assert (ad.exp(large) * large).shape == (10**6, 10**6)


@pytest.mark.parametrize(
    "step",
    [
        lambda y, x: np.sin(y),
        lambda y, x: y * x,
        lambda y, x: x + y,
        lambda y, x: y * (1 - y),
        lambda y, x: 1 / y,
        lambda y, x: 3 * y,
        lambda y, x: np.where(x > 0, 0, np.sin(y)),
    ],
)
def test_long_chains(step):
    y, start = X, time.perf_counter()
    for i in range(5000):
        y = step(y, Symbol(f"x{i}", SCALAR))
    assert y.text
    assert time.perf_counter() - start < 20


# -- texts are true -------------------------------------------------------------------------------


class Root:
    """`Root() ** x`, which binds as √x does."""

    def __pow__(self, x):
        return x.sqrt() if isinstance(x, decimal.Decimal) else np.sqrt(x)


def to_python(text, number="{}"):
    """A text as Python: x² as x ** 2, "a where c, else b" as "a if c else b"."""
    text = text.replace("∂L/∂y", "g").replace("√", "root^").replace("∞", "inf")
    text = text.replace(" where ", " if ").replace(", else ", " else ").replace(" = ", " == ")
    bars = iter(["abs(", ")"] * text.count("|"))
    text = re.sub(r"\|", lambda _: next(bars), text)
    text = re.sub(
        "[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+",
        lambda m: f"^({m[0].translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789'))})",
        text,
    )
    for written, python in (("−", "-"), ("·", "*"), ("≥", ">="), ("≤", "<="), ("≠", "!=")):
        text = text.replace(written, python)
    literal = r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?"
    return re.sub(literal, lambda m: number.format(m[0]), text).replace("^", "**")


def evaluate(text, values):
    return eval(to_python(text, "decimal.Decimal('{}')"), {"decimal": decimal, **values})


def exp(x):
    return x.exp() if isinstance(x, decimal.Decimal) else np.exp(x)


def log(x):
    return x.ln() if isinstance(x, decimal.Decimal) else np.log(x)


def sqrt(x):
    return x.sqrt() if isinstance(x, decimal.Decimal) else np.sqrt(x)


def choice(x, y, z):
    if isinstance(x, decimal.Decimal):
        return x if x > y else z
    return np.where(x > y, x, z)


def twice_guarded(x, y):
    if isinstance(x, decimal.Decimal):
        return decimal.Decimal(0) if x == y else 1 / (x - y)
    return np.where(x == y, 0, 1 / np.where(x == y, 1, x - y))


LEAVES = st.sampled_from(["a", "b", "c", 1, 2, 3, -1, 0.5, -0.25, 0])
UNARY = (operator.neg, exp, log, sqrt, abs, ad.square, ad.reciprocal)
BINARY = (operator.add, operator.sub, operator.mul, operator.truediv)
TREES = st.recursive(
    LEAVES,
    lambda trees: st.one_of(
        st.tuples(st.sampled_from(BINARY), trees, trees),
        st.tuples(st.sampled_from(BINARY), trees, trees),
        st.tuples(st.sampled_from(UNARY), trees),
        st.tuples(st.just(operator.pow), trees, st.integers(-3, 3)),
        st.tuples(st.just(choice), trees, trees, trees),
        st.tuples(st.just(twice_guarded), trees, trees),
    ),
    max_leaves=12,
)


def computed(tree, values, largest):
    """A tree on symbols, or on decimals, whose largest magnitude is noted in `largest`."""
    if isinstance(tree, str):
        return values[tree]
    if not isinstance(tree, tuple):
        symbolic = isinstance(values["a"], Symbol)
        return Symbol.number(tree, SCALAR) if symbolic else decimal.Decimal(tree)
    function, *arguments = tree
    if function is operator.pow:
        base, exponent = computed(arguments[0], values, largest), arguments[1]
        result = base**exponent if exponent or isinstance(base, Symbol) else decimal.Decimal(1)
    else:
        inputs = [computed(argument, values, largest) for argument in arguments]
        if function in (ad.square, ad.reciprocal) and isinstance(inputs[0], decimal.Decimal):
            result = inputs[0] ** (2 if function is ad.square else -1)
        else:
            result = function(*inputs)
    if isinstance(result, decimal.Decimal):
        largest.append(abs(result))
        assume(abs(result) < 1000)
    return result


@settings(max_examples=400)
@given(tree=TREES, points=st.tuples(*[st.decimals(-4, 4, places=3)] * 3))
def test_simplifying_never_changes_the_value(tree, points):
    assume(isinstance(tree, tuple))
    values = dict(zip("abc", points, strict=True))
    largest = [decimal.Decimal(1)]
    with decimal.localcontext(prec=50), pytest.MonkeyPatch.context() as patch:
        try:
            expected = computed(tree, values, largest)
        except decimal.DecimalException:  # not defined at this point
            assume(False)
        patch.setattr(notation, "DIGITS", 15)
        text = computed(tree, {name: Symbol(name, SCALAR) for name in "abc"}, []).text
        functions = {"exp": exp, "log": log, "root": Root(), "abs": abs}
        found = evaluate(text, {**values, **functions})
    assert abs(found - expected) <= decimal.Decimal("1e-11") * max(largest) ** 2, text


ELEMENTWISE = [cls for cls in OPERATIONS if has_domain(cls)]


@pytest.mark.parametrize("cls", ELEMENTWISE, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("seed", range(5))
def test_rules_of_elementwise_operations_say_what_they_compute(cls, seed, monkeypatch):
    monkeypatch.setattr(notation, "DIGITS", 15)
    rng = np.random.default_rng(seed)
    op, inputs = cls(), [domain.sample(rng, ()) for domain in cls.domain]
    names = [f"x{i}" for i in range(len(inputs))]
    g = rng.normal(size=())
    values = dict(zip(names, inputs, strict=True)) | {"g": g, "y": None}
    symbols = [Symbol(name, SCALAR) for name in names]

    y = op.forward(*inputs)
    saved, written = [], []
    residual = None
    if op.saves.residual:
        y, residual = y
    for i in op.saves.inputs(len(inputs)):
        saved.append(inputs[i])
        written.append(symbols[i])
    if op.saves.output:
        saved.append(y)
        written.append(Symbol("y", SCALAR))
    if op.saves.residual:
        saved.append(residual)
        written.append(Symbol("t", SCALAR))
    values |= {"y": y, "t": residual, "root": Root(), "inf": math.inf}
    values |= {f.__name__: f for f in (np.exp, np.exp2, np.log, np.sin, np.cos)}
    values |= {f.__name__: f for f in (np.sinh, np.cosh, np.copysign, np.hypot)}
    values |= {"sign": np.sign, "σ": lambda x: 1 / (1 + np.exp(-x))}

    expected = gradients(op, g, *saved)
    for symbol, number in zip(gradients(op, L_Y, *written), expected, strict=True):
        found = eval(to_python(symbol.text), values)
        np.testing.assert_allclose(found, number, rtol=1e-11, atol=1e-12)


NOISE = ("array", "dtype", "constant", "slice", "Ellipsis", "object", "e+", "  ", "nan")


@pytest.mark.parametrize("cls", OPERATIONS, ids=lambda cls: cls.__name__)
def test_every_operation_reads_well(cls):
    rng = np.random.default_rng(0)
    if has_domain(cls):
        cases = [(cls(), [domain.sample(rng, (2,)) for domain in cls.domain])]
    else:
        cases = cls.cases(rng)
    for op, inputs in cases:
        if any(0 in x.shape for x in inputs):
            continue
        for text in texts(op, inputs):
            assert text
            assert not [noise for noise in NOISE if noise in text], text
            assert "-" not in text.replace("->", ""), text
            assert text.count("(") == text.count(")"), text
            assert not (text.startswith("(") and notation.level(text[1:-1]) == notation.ATOM)


def texts(op, inputs):
    symbols = [Symbol(f"x{i}", x) for i, x in enumerate(inputs)]
    result = op(*symbols)
    yield from (s.text for s in (result if isinstance(result, tuple) else (result,)))
    y = op.forward(*inputs)
    residual = None
    if op.saves.residual:
        y, residual = y
        if op.residual is not None:
            residual = op.residual(*symbols)
    if isinstance(y, (list, tuple)):
        g = tuple(Symbol(f"g{i}", part) for i, part in enumerate(y))
        output = tuple(Symbol(f"y{i}", part) for i, part in enumerate(y))
    else:
        g, output = Symbol("∂L/∂y", y), Symbol("y", y)
    saved = [symbols[i] for i in op.saves.inputs(len(inputs))]
    saved += [output] if op.saves.output else []
    saved += [residual] if op.saves.residual else []
    yield from (s.text for s in gradients(op, g, *saved) if isinstance(s, Symbol))


def test_same_input_same_text():
    def made():
        x, w = Symbol("x", np.zeros((2, 3))), Symbol("w", np.zeros(3))
        return ad.sum(sigmoid(x * w) * (w + x) / ad.norm(w) - 2 * x * w).text

    assert made() == made()
