"""The numbers of the lecture "Weight update"."""

import math
import re

import numpy as np
import pytest


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d[\d,]*\.?\d*(?:e[+-]\d+)?", text)]


def after(run, name):
    """The numbers of the line that begins with a name."""
    (line,) = (line for line in run.printed.splitlines() if line.startswith(name))
    return numbers(line.removeprefix(name))


def matrix_after(run, name):
    """The three rows below a line."""
    lines = run.printed.splitlines()
    start = lines.index(name) + 1
    return np.array([numbers(line) for line in lines[start : start + 3]])


def test_brute_force(lesson):
    run = lesson("brute_force")
    assert run.says("2 · 3 · 3 = 18")
    assert run.says("1000¹⁸ = 10^54")
    assert 1000**18 == 10**54
    assert run.says("3.2e+37 years")
    assert run.says("The slide says 18,000 tries: that is one weight at a time")
    (first,) = after(run, "error with the first weights")
    (one_at_a_time,) = after(run, "after 18,000 tries, one weight at a time")
    (downhill,) = after(run, "after 3,000 steps against the gradient")
    assert first / 4 > one_at_a_time > 10 * downhill


ORDER = [(0, 0), (0, 1), (0, 2), (1, 0)]
"""Of the weights that are printed: three to the first node, one to the second."""


def test_weight_derivation(lesson):
    run = lesson("weight_derivation")
    output, hidden = run.printed.split("Hidden layer")
    rows = {
        line[:28].strip(): numbers(line[28:])
        for line in output.splitlines()
        if line.startswith(("numerical gradient  ", "2 · the formula", "the formula"))
    }
    assert all(len(values) == 4 for values in rows.values())
    rng = np.random.default_rng(0)
    x, t = rng.uniform(0.01, 1, 3), rng.uniform(0.01, 0.99, 3)
    first, second = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))

    def squared_error(first, second):
        hidden = 1 / (1 + np.exp(-first @ x))
        return ((t - 1 / (1 + np.exp(-second @ hidden))) ** 2).sum()

    for (k, j), printed in zip(ORDER, rows["numerical gradient"], strict=True):
        step = np.zeros((3, 3))
        step[k, j] = 1e-4
        slope = (squared_error(first, second + step) - squared_error(first, second - step)) / 2e-4
        assert printed == pytest.approx(slope, abs=6e-7)
    assert rows["numerical gradient"] == rows["2 · the formula"]
    assert rows["the formula"] == pytest.approx(np.divide(rows["2 · the formula"], 2), abs=1e-6)
    assert "numerical gradient / formula = 2.000000" in output
    rows = {line[:28].strip(): numbers(line[28:]) for line in hidden.splitlines()[2:6]}
    assert rows["numerical gradient"] == rows["with Wᵀ(e ⊙ o(1 − o))"] == rows["backward()"]
    for (k, j), printed in zip(ORDER, rows["backward()"], strict=True):
        step = np.zeros((3, 3))
        step[k, j] = 1e-4
        slope = (squared_error(first + step, second) - squared_error(first - step, second)) / 4e-4
        assert printed == pytest.approx(slope, abs=6e-7)
    slides = np.array(rows["with the slides' Wᵀe"])
    assert (abs(slides - rows["numerical gradient"]) > 0.001).all()
    right, wrong = re.search(r"the chain rule (\S+), Wᵀe (\S+)", hidden).groups()
    assert float(right) < 1e-9
    assert float(wrong) > 0.01


def test_weight_update(lesson):
    run = lesson("weight_update")
    assert run.says("Σ w o 2.3")
    assert run.says("σ(sum) 0.9089")
    assert run.says("σ (1 − σ) 0.0828")
    assert run.says("∂E/∂w₁₁ = −e σ (1 − σ) o₁ -0.0265")
    assert run.says("w₁₁ − 0.1 · ∂E/∂w₁₁ 2.00265")
    output = 1 / (1 + np.exp(-2.3))
    second = 3 + 0.1 * 0.8 * output * (1 - output) * 0.5
    assert run.says(f"w₂₁ − 0.1 · ∂E/∂w₂₁ {second:.5f}")
    assert run.says("backward() [-0.0265 -0.0331]")
    assert run.says(f"after a step [2.00265 {second:.5f}]")
    assert run.pictures == ["weight_update.svg"]


def test_weights_in_matrices(lesson):
    run = lesson("weights_in_matrices")
    assert run.says("E ⊙ O(1 − O) (3, 1) · oᵀ (1, 2) = ΔW (3, 2)")
    at_once = matrix_after(run, "ΔW in matrices")
    rng = np.random.default_rng(0)
    before, weights = rng.uniform(0.01, 1, 2), rng.normal(size=(3, 2))
    target = rng.uniform(0.01, 0.99, 3)
    for k, j in np.ndindex(3, 2):
        output = 1 / (1 + math.exp(-weights[k] @ before))
        expected = 0.1 * (target[k] - output) * output * (1 - output) * before[j]
        assert at_once[k, j] == pytest.approx(expected, abs=6e-7)
    assert np.array_equal(at_once, matrix_after(run, "ΔW one weight after the other"))
    library = matrix_after(run, "ΔW by nn.Affine, nn.Sigmoid and a step of nn.SGD")
    assert np.array_equal(at_once, library)
    assert after(run, "farthest apart")[0] < 1e-12


def test_saturation(lesson):
    run = lesson("saturation")
    for total in (0, 2, 4.6, 10, 15):
        output = 1 / (1 + np.exp(-total))
        assert run.says(f"{total} {output:.8f} {output * (1 - output):.8f}")
    assert run.says("pixels [ 0 128 255] / 255 · 0.99 + 0.01 = inputs [0.01 0.507 1. ]")
    assert run.says("with these pixels: [0. 0. 0.]")
    assert min(after(run, "updates of weights 0.1 for e = 0.8 with these inputs:")) > 0
    assert run.says("Inputs are kept in 0.01 to 1.0; the slide prints 0.0 to 0.1")
    assert run.says("Targets are kept in 0.01 to 0.99: σ reaches 0.99 at ln 99 = 4.595")
    assert np.log(99) == pytest.approx(4.595, abs=5e-4)
    weights = {target: [] for target in ("0.99", "1.0")}
    for target, weight, output in re.findall(
        r"^ +(0\.99|1\.0) +[\d,]+ +(\S+) +(\S+)$", run.printed, re.M
    ):
        weights[target].append(float(weight))
        assert float(output) < float(target)
    assert abs(weights["0.99"][-1] - np.log(99)) < 0.01
    # Ten times as many updates add ln 10 / 2 to the weight: 1 − σ ≈ exp(−w), and its change is
    # η (1 − σ)².
    assert weights["1.0"][-1] - weights["1.0"][-2] == pytest.approx(np.log(10) / 2, abs=0.02)
    assert run.pictures == ["saturation.svg"]


def test_initial_weights(lesson):
    run = lesson("initial_weights")
    assert run.says("±1/√3 = ±0.577")
    least, greatest = re.search(r"from (\S+) to (\S+)\n", run.printed).groups()
    assert -0.577 <= float(least) < -0.57
    assert 0.57 < float(greatest) <= 0.577
    uniform = after(run, "uniform in ±1/√n")
    normal = after(run, "normal, deviation 1/√n")
    equal = after(run, "all equal to 0.1")
    single = after(run, "one hidden node, uniform")
    for loss, accuracy, apart in (uniform, normal):
        assert loss < equal[0] / 5
        assert accuracy > 0.95
        assert apart > 1
    assert equal[2] < 1e-6
    assert equal[1] < 0.5
    assert equal[0] == pytest.approx(single[0], rel=0.2)
    assert run.pictures == ["initial_weights.svg"]
