"""The numbers of the lecture "Loss, numerical differentiation, gradient descent"."""

import math
import re

import pytest

from tests.test_examples import MNIST, real_images

NUMBER = r"-?\d[\d,]*(?:\.\d*)?(?:e[+-]\d+)?"


def numbers(text):
    """All numbers of a text, whatever stands between them."""
    return [float(number.replace(",", "")) for number in re.findall(NUMBER, text)]


def after(run, label):
    """The numbers that are printed after a label, in its line."""
    (line,) = (line for line in run.printed.splitlines() if line.strip().startswith(label))
    return numbers(line.strip().removeprefix(label))


def softmax(scores):
    powers = [math.exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


def test_one_hot(lesson):
    run = lesson("one_hot")
    assert run.says("label 5 [0 0 0 0 0 1 0 0 0 0]")
    assert run.says("by hand [0 0 0 0 0 1 0 0 0 0]")
    labels = after(run, "labels [")
    assert after(run, "back by argmax [") == [*labels, 1, 1, 1, 1]
    assert not run.pictures


def test_one_hot_follows_the_seed(lesson):
    first, second = (lesson("one_hot", "--seed", seed) for seed in ("1", "2"))
    assert after(first, "labels [") != after(second, "labels [")


def test_squared_error(lesson):
    run = lesson("squared_error")
    # ½ (0.09 + 0.04 + 0.01), ½ (0.01 + 0.04 + 0.01), ½ (0.49 + 0.09 + 0.16)
    for row, error in (("0.7 0.2 0.1", 0.07), ("0.1 0.8 0.1", 0.03), ("0.3 0.3 0.4", 0.37)):
        assert after(run, f"[{row}]")[-1] == error
    assert after(run, "mean by hand") == [round(0.47 / 3, 4)]
    assert after(run, "nn.functional.half_sse") == [round(0.47 / 3, 4)]
    assert after(run, "∂E/∂y of the first") == after(run, "y − t") == [-0.3, 0.2, 0.1]


def test_cross_entropy(lesson):
    run = lesson("cross_entropy")
    right = {"0.7 0.2 0.1": 0.7, "0.1 0.8 0.1": 0.8, "0.3 0.3 0.4": 0.3}
    for row, y in right.items():
        assert after(run, f"[{row}]")[-2:] == [round(-math.log(y), 4)] * 2
    mean = round(-math.log(0.7 * 0.8 * 0.3) / 3, 4)
    for label in ("mean by hand", "cross_entropy(y, t)", "cross_entropy(y, labels)"):
        assert after(run, label)[0] == mean
    assert after(run, "the right class at y = 0")[0] == round(-math.log(1e-7), 4)
    assert run.pictures == ["cross_entropy.svg"]


def test_numerical_differentiation(lesson):
    run = lesson("numerical_differentiation")
    forward = (math.sin(1 + 1e-4) - math.sin(1)) / 1e-4
    central = (math.sin(1 + 1e-4) - math.sin(1 - 1e-4)) / 2e-4
    for name, expected in (("forward", forward), ("central", central)):
        for label in (f"{name}, by hand, h = 10⁻⁴", f"numerical_gradient, {name}"):
            assert after(run, label) == [pytest.approx(expected, abs=2e-12)]
    assert after(run, "autodiff.grad, exact") == [pytest.approx(math.cos(1), abs=1e-12)]
    assert run.pictures == ["numerical_differentiation.svg"]


def test_why_central_differences(lesson):
    """Errors of h/2 |f″| and h²/6 |f‴|; rounding when h is tiny; h = 10⁻⁴ keeps away from both."""
    run = lesson("numerical_differentiation")
    rows = [numbers(line) for line in run.printed.splitlines() if re.match(r"1e-\d\d ", line)]
    errors = {h: both for h, *both in rows}
    assert list(errors) == [float(f"1e-{power}") for power in range(1, 16)]
    for h in (1e-2, 1e-3, 1e-4):
        forward, central = errors[h]
        assert forward == pytest.approx(h / 2 * math.sin(1), rel=0.02)
        assert central == pytest.approx(h**2 / 6 * math.cos(1), rel=0.02)
    assert after(run, "forward  ")[0] == pytest.approx(10, rel=0.01)
    assert after(run, "central  ")[0] == pytest.approx(100, rel=0.01)
    for column in (0, 1):
        assert errors[1e-15][column] > 100 * errors[1e-4][column]


def test_directional_derivative(lesson):
    """∇f = (2x₀ + x₁, x₀) = (4, 3); along (0.6, 0.8) the quotient is 4.8 + 0.84 h."""
    run = lesson("directional_derivative")
    assert run.says("∇f = [4. 3.], ‖∇f‖ = 5.0000")
    for h, quotient in (("0.1", 4.884), ("0.01", 4.8084), ("0.001", 4.80084)):
        assert run.says(f"(f(x+hv) − f(x))/h, h = {h} {quotient:.5f}")
    assert after(run, "directional_derivative") == after(run, "∇f·v") == [4.8]
    for angle in range(0, 181, 30):
        *v, slope, cosine = after(run, f"{angle}°")
        assert math.hypot(*v) == pytest.approx(1, abs=1e-4)
        assert slope == cosine == pytest.approx(5 * math.cos(math.radians(angle)), abs=1e-4)
        assert slope == pytest.approx(4 * v[0] + 3 * v[1], abs=1e-3)
    assert after(run, "0°")[2] == 5
    assert after(run, "90°")[2] == 0
    assert after(run, "180°")[2] == -5
    assert run.pictures == ["directional_derivative.svg"]


def test_partial_derivatives(lesson):
    run = lesson("partial_derivatives")
    assert after(run, "∂f/∂x₀: of x₀² + 16, x₁ held") == [6]
    assert after(run, "∂f/∂x₁: of 9 + x₁², x₀ held") == [8]
    points = [numbers(line) for line in run.printed.splitlines() if line.startswith("(")]
    assert [point[:2] for point in points] == [[3, 4], [-3, 4], [1, -2], [0, 0]]
    for x, y, *gradients in points:
        assert gradients == [2 * x, 2 * y] * 2
    assert run.pictures == ["partial_derivatives.svg"]


def test_tangent_plane(lesson):
    """The gap is the square of the distance: x² + y² less its tangent plane."""
    run = lesson("tangent_plane")
    assert after(run, "f(1, 2)  =") == [5]
    assert after(run, "∇f(1, 2) =") == [2, 4]
    assert run.says("z = 2 (x − 1) + 4 (y − 2) + 5")
    for distance in (1.0, 0.1, 0.01):
        f, plane, gap = after(run, f"{distance} ")
        x, y = 1 + 0.6 * distance, 2 + 0.8 * distance
        assert f == pytest.approx(x**2 + y**2, abs=1e-6)
        assert plane == pytest.approx(2 * (x - 1) + 4 * (y - 2) + 5, abs=1e-6)
        assert gap == pytest.approx(distance**2, abs=1e-6)
    assert run.pictures == ["tangent_plane.svg"]


def test_level_curves(lesson):
    run = lesson("level_curves")
    rows = [numbers(line) for line in run.printed.splitlines() if "°" in line]
    assert len(rows) == 8
    for degrees, x, y, f, *gradient, v, w, product in rows:
        s = math.radians(degrees)
        assert [x, y] == pytest.approx([2 * math.cos(s), math.sin(s)], abs=1e-4)
        assert f == 4
        assert gradient == pytest.approx([2 * x, 8 * y], abs=1e-3)
        assert gradient[0] * v + gradient[1] * w == pytest.approx(0, abs=1e-3)
        assert math.hypot(v, w) >= 1
        assert product == 0
    assert run.pictures == ["level_curves.svg"]


SCORES = (0.6 * 0.5 + 0.9 * 0.1, 0.6 * -0.2 + 0.9 * 0.4 + 0.1, 0.6 * 0.3 + 0.9 * -0.6 + 0.2)
"""xW + b of the lesson on weights."""


def test_weights_are_the_variables(lesson):
    run = lesson("weights_are_variables")
    x, scores = (0.6, 0.9), SCORES
    y = softmax(scores)
    error = [round(p - t, 4) for p, t in zip(y, (0, 0, 1), strict=True)]
    assert after(run, "xW + b ") == pytest.approx(scores)
    assert after(run, "softmax ") == [round(p, 4) for p in y]
    assert after(run, "L = −log y₃") == [round(-math.log(y[2]), 4)]
    assert after(run, "nn.functional.softmax_cross_entropy, the same L")[0] == round(
        -math.log(y[2]), 4
    )
    bias = run.printed[run.printed.index("∂L/∂b") : run.printed.index("∂L/∂W")]
    assert numbers(bias) == error * 3
    weight = run.printed[run.printed.index("∂L/∂W") : run.printed.index("nn.functional")]
    assert numbers(weight) == pytest.approx([p * e for p in x for e in error] * 3, abs=1e-4)
    assert run.pictures == ["weights_are_variables.svg"]


def test_the_weights_move_and_the_inputs_stand_still(lesson):
    run = lesson("weights_are_variables")
    assert after(run, "x moved by at most") == [0]
    y = softmax(SCORES)
    assert after(run, "W moved by at most")[0] == pytest.approx(0.9 * (1 - y[2]), abs=1e-4)
    assert after(run, "b moved by at most")[0] == pytest.approx(1 - y[2], abs=1e-4)
    # A step moves xW + b by −(‖x‖² + 1)(y − t).
    moved = [
        score - (0.6**2 + 0.9**2 + 1) * (p - t)
        for score, p, t in zip(SCORES, y, (0, 0, 1), strict=True)
    ]
    before, later = re.search(r"L ([\d.]+) → ([\d.]+)", run.printed).groups()
    assert float(before) == pytest.approx(-math.log(y[2]), abs=1e-4)
    assert float(later) == pytest.approx(-math.log(softmax(moved)[2]), abs=1e-4)
    assert float(later) < float(before) / 2


def test_no_gradient_flows_to_the_inputs(lesson):
    run = lesson("weights_are_variables")
    table = run.printed[run.printed.index("step") : run.printed.index("after a step")]
    rows = [re.split(r"  +", line) for line in table.splitlines() if re.match(r"\d", line)]
    arrived = {row[2]: row[-1] for row in rows}
    assert {"x", "t"}.isdisjoint(arrived)
    assert arrived["W"] == "xᵀ @ (y − t)"
    assert arrived["b"] == "y − t"


def test_count_of_variables(lesson):
    run = lesson("counting_variables")
    assert after(run, "weights, 784 → 50")[-1] == 784 * 50
    assert after(run, "weights, 50 → 10")[-1] == 50 * 10
    assert after(run, "together") == after(run, "total") == [39_760]


def test_gradient_descent(lesson):
    """A step multiplies x by 1 − 2η."""
    run = lesson("gradient_descent")
    for label, rate in (("0.1", 0.1), ("10 ", 10), ("1e−10", 1e-10)):
        x, y, f = after(run, label)
        factor = (1 - 2 * rate) ** 100
        assert [x, y] == pytest.approx([-3 * factor, 4 * factor], rel=1e-7)
        assert f == pytest.approx(25 * factor**2, rel=0.01)
    x, y, _ = after(run, "0.1")
    assert max(abs(x), abs(y)) < 1e-8, "0.1 reaches the minimum"
    assert min(map(abs, after(run, "10 "))) > 1e100, "10 diverges"
    assert after(run, "1e−10")[:2] == pytest.approx([-3, 4], rel=1e-7), "1e−10 hardly moves"
    assert run.printed.count("True") == 3
    assert run.says("(-3, 4), (57, -76), (-1083, 1444)")
    assert after(run, "η = 0.1: each step multiplies x by 1 − 2η = 0.8; 0.8¹⁰⁰ =")[0] == 2.04e-10
    assert run.pictures == ["gradient_descent.svg"]


def test_starting_points(lesson):
    """Who starts on the ridge ends on the saddle; next to it, in one of the minima."""
    run = lesson("starting_points")
    assert after(run, "∇f at (0, 0)") == [0, 0]
    assert after(run, "second derivatives along axes") == [2, -4]
    rows = [numbers(line)[:5] for line in run.printed.splitlines() if line.startswith("(")]
    assert rows == [
        [1.5, 1.4, 0, 1, 0],
        [-1.5, 0, 0, 0, 1],
        [1.5, 0.001, 0, 1, 0],
        [1.5, -0.001, 0, -1, 0],
    ]
    assert run.printed.count("never: it rests on the saddle") == 1
    assert run.pictures == ["starting_points.svg"]


def progress(run):
    """Update, loss, accuracy on training and test images, of each row of the table."""
    row = r" *[\d,]+( +\d\.\d{4}){3}"
    return [numbers(line) for line in run.printed.splitlines() if re.fullmatch(row, line)]


def test_two_layer_network(lesson):
    """64 pixels; with its 1,438 images, 10,000 updates by 100 are 695.4 epochs."""
    run = lesson("two_layer_network")
    variables = 64 * 50 + 50 + 50 * 10 + 10
    assert run.says(f"64 → 50 sigmoid → 10 softmax, {variables:,} variables")
    assert run.says("batches of 100, η = 0.1")
    assert run.says("predict (100, 10)")
    assert after(run, "loss ")[0] == pytest.approx(math.log(10), abs=0.3)
    assert run.says("log 10 = 2.3026")
    assert 0 <= after(run, "accuracy ")[0] <= 0.3
    assert run.says("gradient (64, 50), (50,), (50, 10), (10,)")
    assert after(run, "numerical_gradient ")[-1] < 1e-8
    rows = progress(run)
    assert [row[0] for row in rows] == [0, 2_000, 4_000, 6_000, 8_000, 10_000]
    assert rows[-1][1] < 0.1 < 2 < rows[0][1]
    assert min(rows[-1][2:]) > 0.96
    assert run.says("10,000 updates are 695.4 epochs")
    assert run.says("A slide says 10,000 epochs: they would be 143,800 updates.")
    assert run.pictures == ["two_layer_network.svg"]


@real_images
def test_two_layer_network_on_real_images(lesson):
    run = lesson("two_layer_network", "--quick", "--data", MNIST)
    assert run.says("8,000 images to train with, 1,000 for the test")
    assert run.says("784 → 50 sigmoid → 10 softmax, 39,760 variables")
    assert run.says("gradient (784, 50), (50,), (50, 10), (10,)")
    rows = progress(run)
    assert rows[-1][0] == 1_000
    assert min(rows[-1][2:]) > 0.8
    assert run.says("A slide says 10,000 epochs: they would be 800,000 updates.")


def test_why_backpropagation(lesson):
    """Each variable costs two forward passes; both gradients agree."""
    run = lesson("why_backpropagation", "--quick")
    assert run.says("784 → 50 → 10 has 39,760 variables")
    assert run.says("2 × 39,760 = 79,520 forward passes")
    assert run.says("10,000 updates need 397,600,000 differentiations")
    assert run.says("backpropagation one update needs one forward and one backward pass")
    assert run.says("measured on all 39,760 variables with a batch of 2")
    for shape in ("(784, 50)", "(50,)", "(50, 10)", "(10,)"):
        assert run.says(f"{shape} max|a − n|")
    apart = re.findall(r"max\|a − n\| / max\|a\| = (\S+)$", run.printed, re.MULTILINE)
    assert len(apart) == 4
    assert all(float(difference) <= 1e-6 for difference in apart)
    (ratio,) = after(run, "ratio")
    differences, backward = after(run, "by differences  ")[0], after(run, "by backpropagation  ")[0]
    assert ratio == pytest.approx(differences / backward, rel=0.01)
    assert ratio > 39_760 / 20
    assert run.pictures == ["why_backpropagation.svg"]
