"""The numbers of the lecture "Deep learning basics", up to the chain rule."""

import math
import re

import numpy as np
import pytest

from examples.lectures.layers_and_regions import one, three, two


def numbers(text):
    """All numbers in a text, in order."""
    return [float(word.replace("−", "-")) for word in re.findall(r"[−-]?\d+(?:\.\d+)?", text)]


def rows(run, heading):
    """The numbers of the lines below a heading, up to an empty line."""
    lines = run.printed.split(heading)[1].split("\n\n")[0].splitlines()[1:]
    return [numbers(line) for line in lines]


def test_vectors_and_matrices(lesson):
    run = lesson("vectors_and_matrices")
    assert run.says("scalar axes: 0, for example of shape ()")
    assert run.says("vector axes: 1, for example of shape (3,)")
    assert run.says("matrix axes: 2, for example of shape (2, 3)")
    assert run.says("tensor axes: 3 or more, for example of shape (2, 3, 4)")
    assert run.says("a, b [2. 4. 6.], [3. 5. 7.]")
    assert run.says("a + b [ 5. 9. 13.]")
    assert run.says("Σ a 12")
    assert run.says("a · b 68")
    assert run.says("∂(a · b)/∂a [3. 5. 7.]")
    assert run.says("L1 norm 7.0000, np.linalg.norm 7.0000")
    assert run.says("L2 norm 5.0000, np.linalg.norm 5.0000")
    assert run.says(f"L3 norm {(27 + 64) ** (1 / 3):.4f}")
    assert run.says(
        "[[5, 2], [4, 9], [10, -3]] + [[-11, 0], [7, 1], [-6, -8]] = [[-6, 2], [11, 10], [4, -11]]"
    )
    assert run.says("[[1, 2, 3], [4, 5, 6]] · [[7, 8], [9, 10], [11, 12]]")
    assert run.says("A @ B = [[58, 64], [139, 154]]")
    assert run.says("[[3, 5, 7], [4, 9, 8]] ∘ [[1, 6, 3], [0, 2, 9]]")
    assert run.says("A * B = [[3, 30, 21], [0, 18, 72]]")
    assert run.pictures == ["vectors_and_matrices.svg"]


def test_what_learning_is(lesson):
    run = lesson("what_learning_is")
    table = rows(run, "update  loss")
    updates, losses, wrong = (
        list(column) for column in zip(*(row[:3] for row in table), strict=True)
    )
    assert updates == [0, 1, 5, 100]
    assert losses == sorted(losses, reverse=True)
    assert wrong[0] >= 10
    assert wrong[-1] <= 1
    assert run.pictures == ["what_learning_is.svg"]


def test_perceptron(lesson):
    run = lesson("perceptron")
    table = rows(run, "x₁  x₂  x₁ + x₂ − 2")
    assert table == [
        # x₁, x₂, x₁ + x₂ − 2, with f(0) = 1, with f(0) = 0, AND
        [0, 0, -2, 0, 0, 0],
        [0, 1, -1, 0, 0, 0],
        [1, 0, -1, 0, 0, 0],
        [1, 1, 0, 1, 0, 1],
    ]
    assert run.says("A slide sets f(0) = 0, which breaks AND")
    assert run.pictures == ["perceptron.svg"]


def test_xor(lesson):
    run = lesson("xor")
    assert run.says("68,921 of them")  # 41³
    assert run.says("The best get 3 of the 4 points of XOR right.")
    assert run.says("w₁ + w₂ + b ≥ −b > 0")
    table = rows(run, "x₁  x₂  h₁  h₂")
    assert table == [
        # x₁, x₂, h₁, h₂, the slide's y, the one turned round, XOR
        [0, 0, 1, 0, 1, 0, 0],
        [0, 1, 0, 0, 0, 1, 1],
        [1, 0, 1, 1, 0, 1, 1],
        [1, 1, 1, 0, 1, 0, 0],
    ]
    assert run.says("it is XNOR")
    assert run.says("y is 1, 1, 1, 1; it must be x ≥ 0")
    assert run.pictures == ["xor.svg"]


def test_layers_and_regions(lesson):
    run = lesson("layers_and_regions")
    assert run.says("xW + b [7.5 1.5], affine(x, W, b) [7.5 1.5]")
    assert run.says("one layer 0 perceptron 100%")
    assert run.says("two layers 1 2-layer network 100%")
    assert run.says("three layers 2 deep network")
    *_, share = rows(run, "midpoints inside")[2]
    # Two squares of the same size: about half of the pairs lie in the same one.
    assert 40 < share < 70
    assert run.pictures == ["layers_and_regions.svg"]


def test_regions_of_the_layers():
    inside = {
        one: ([(0.1, 0), (2, -1)], [(-0.1, 0), (-2, 1)]),
        two: ([(0.9, 0.9), (-0.9, 0.9)], [(1.1, 0), (0, -1.1)]),
        three: ([(-1.9, -0.1), (0.6, 2.4)], [(0.25, 0.25), (-1, 1), (2.6, 1)]),
    }
    for network, (points, others) in inside.items():
        assert network(np.array(points, dtype=float)).all()
        assert not network(np.array(others, dtype=float)).any()


def test_first_activations(lesson):
    run = lesson("first_activations")
    lines = [line for line in run.printed.splitlines() if line]
    table = [(line[:15].strip(), numbers(line[15:])) for line in lines[:8]]
    (_, x), (_, step), (_, flat), (_, h), (_, slope), (_, formula), (_, relu), (_, bend) = table
    assert [name for name, _ in table[:2]] == ["x", "step"]
    assert step == [float(value >= 0) for value in x]
    assert flat == [0] * len(x)
    assert h == pytest.approx([1 / (1 + math.exp(-value)) for value in x], abs=6e-5)
    assert slope == formula == pytest.approx([value * (1 - value) for value in h], abs=2e-4)
    assert relu == [max(value, 0) for value in x]
    assert bend == [float(value > 0) for value in x]
    assert run.pictures == ["first_activations.svg"]


def test_softmax(lesson):
    run = lesson("softmax")
    assert run.says("exp(a) / Σ exp(a) (0.100, 0.900)")
    assert run.says("softmax(a) (0.100, 0.900)")
    # Less contrast, what is no probability, and nothing at all.
    assert run.says(f"(1.5, 3.7) ({1.5 / 5.2:.3f}, {3.7 / 5.2:.3f}) (0.100, 0.900)")
    assert run.says("(−1.0, 3.0) (−0.500, 1.500) (0.018, 0.982)")
    assert run.says("(−2.0, 2.0) divides by 0 (0.018, 0.982)")
    assert run.pictures == ["softmax.svg"]


def test_losses_on_two_classes(lesson):
    run = lesson("losses_on_two_classes")
    assert run.says("y = (0.1, 0.9), t = (1, 0)")
    assert run.says("½ Σ (y − t)² 0.81")
    assert run.says("half_sse 0.81")
    assert run.says("−Σ t log y 2.303")
    assert run.says("cross_entropy 2.303")
    for p, squared, entropy in rows(run, "right class    "):
        assert squared == pytest.approx((1 - p) ** 2, abs=6e-4)
        assert entropy == pytest.approx(-math.log(p), abs=6e-4)
    assert run.pictures == ["losses_on_two_classes.svg"]


def test_loss_by_hand(lesson):
    run = lesson("loss_by_hand")
    assert run.says("a = Wz + b (0.81, 0.39)")
    assert run.says("exp(a) (2.248, 1.477)")
    assert run.says("y = softmax(a) (0.6035, 0.3965)")
    assert run.says("½ Σ (y − t)² 0.1572 half_sse 0.1572")
    assert run.says("−Σ t log y 0.5050 softmax_cross_entropy 0.5050")
    assert run.says("e^0.39 ≈ 0.48: it is 1.477")
    assert run.says("softmax (0.8, 0.2): it is (0.6035, 0.3965)")
    assert run.says("squared error 0.04: it is 0.1572")
    assert run.says("cross entropy 0.096 is −log₁₀ 0.8, of the wrong base: it is 0.5050")
    assert run.pictures == ["loss_by_hand.svg"]
    assert "y − t" in (run.folder / "loss_by_hand.svg").read_text(encoding="utf-8")


def test_loss_by_hand_exercise(lesson):
    run = lesson("loss_by_hand_exercise")
    assert run.says("a = Wz + b (0.48, 1.02)")
    assert run.says("y = softmax(a) (0.3682, 0.6318)")
    assert run.says("½ Σ (y − t)² 0.3992 half_sse 0.3992")
    assert run.says("−Σ t log y 0.9992 softmax_cross_entropy 0.9992")
    assert run.says("squared error 0.396, from 0.63² = 0.3969: it is 0.3992")
    assert run.says("cross entropy 0.4318 is −log₁₀ 0.37, of the wrong base: it is 0.9992")
    assert run.pictures == ["loss_by_hand_exercise.svg"]


def test_derivatives(lesson):
    run = lesson("derivatives")
    assert run.says("x = −1 x = 1 x = 2")
    for function, derivative, *values in [
        ("3", "0", 0, 0, 0),
        ("x", "1", 1, 1, 1),
        ("2x", "2", 2, 2, 2),
        ("x + 3", "1", 1, 1, 1),
        ("x²", "2x", -2, 2, 4),
        ("3x⁴ − 2x³ + 2", "12x³ − 6x²", -18, 6, 72),
    ]:
        values = " ".join(f"{value:.4f}" for value in values).replace("-", "−")
        assert run.says(f"{function} {derivative} {values} by formula {values} by grad")
    assert run.pictures == ["derivatives.svg"]


def test_partial_derivatives_of_products_and_sums(lesson):
    run = lesson("partial_derivatives_of_products_and_sums")
    table = rows(run, "x   y   ∂(xy)/∂x")
    assert len(table) == 3
    assert all(row == [x, y, y, x, 1, 1] for row in table for x, y in [row[:2]])
    assert run.pictures == ["partial_derivatives_of_products_and_sums.svg"]


def test_chain_rule(lesson):
    run = lesson("chain_rule")
    assert run.says("x = 2, y = 5")
    for name, outer, inner, to_x, to_y in [
        ("z", "g + 3", "xy", "1 · 5 = 5", "1 · 2 = 2"),
        ("f", "g + 3", "x + y", "1 · 1 = 1", "1 · 1 = 1"),
        ("f", "2g", "x − y", "2 · 1 = 2", "2 · −1 = −2"),
        ("f", "g − 3", "xy", "1 · 5 = 5", "1 · 2 = 2"),
    ]:
        parts = [f"{name} = {outer}, g = {inner}"]
        for variable, product in (("x", to_x), ("y", to_y)):
            result = product.split(" = ")[1]
            multiplied = f"∂{name}/∂g · ∂g/∂{variable} = {product}"
            parts.append(f"∂{name}/∂{variable} = {result}, {multiplied}")
        assert run.says(" ".join(parts))
    pictures = {
        "chain_rule_product_plus.svg": ("∂z/∂x = y = 5", "∂z/∂y = x = 2"),
        "chain_rule_sum_plus.svg": ("∂f/∂x = 1", "∂f/∂y = 1"),
        "chain_rule_difference_times.svg": ("∂f/∂x = 2", "∂f/∂y = −2"),
        "chain_rule_product_minus.svg": ("∂f/∂x = y = 5", "∂f/∂y = x = 2"),
    }
    assert run.pictures == sorted(pictures)
    for name, gradients in pictures.items():
        svg = (run.folder / name).read_text(encoding="utf-8")
        assert all(gradient in svg for gradient in gradients)
