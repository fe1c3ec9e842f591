"""The numbers of the lecture "Gradient method": the two-layer network in code."""

import math
import re
from statistics import mean, stdev

import numpy as np
import pytest


def softmax(scores):
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*(?:e[+-]\d+)?", text)]


def rows_with(run, pattern):
    """The numbers of each line that matches."""
    return [numbers(line) for line in run.printed.splitlines() if re.search(pattern, line)]


def test_functions_of_arrays(lesson):
    run = lesson("functions_of_arrays")
    first = -math.log(softmax([1.5, 3.7, 0.2])[1])
    second = -math.log(softmax([0.3, 2.9, 4.0])[2])
    expected = {
        "σ(−1)": 1 / (1 + math.e),
        "softmax, one sample, its class 1": softmax([1.5, 3.7, 0.2])[1],
        "softmax, a batch, class 1 of sample 2": softmax([0.3, 2.9, 4.0])[1],
        "softmax of 1000, 1010, 990: class 1": 1 / (1 + math.exp(-10)),
        "cross entropy, one sample, index 1": first,
        "cross entropy, one sample, one-hot (0, 1, 0)": first,
        "cross entropy, two samples, indices 1, 2": (first + second) / 2,
        "cross entropy, two samples, one-hot": (first + second) / 2,
        "cross entropy, probability 0 for the right class": 7 * math.log(10),
        # Classes 1, 2, 1 for labels 1, 2, 0.
        "accuracy, one-hot": 2 / 3,
        "accuracy, indices": 2 / 3,
    }
    for name, value in expected.items():
        assert run.says(f"{name} {value:.4f} {value:.4f}"), name
    assert run.says("The slides' accuracy takes argmax(t, axis=1)")
    assert run.says("AxisError: axis 1 is out of bounds for array of dimension 1")
    assert run.says("softmax_cross_entropy of sample 3: 10.0000")


def test_gradient_of_arrays(lesson):
    run = lesson("gradient_of_arrays")
    assert run.says("with one index [-6. 8.]")
    assert run.says("numerical_gradient [-6. 8.]")
    (end,) = rows_with(run, r"gradient_descent +\[")
    assert end[:2] == pytest.approx([-3 * 0.8**100, 4 * 0.8**100], rel=0.01)
    assert run.says("with one index IndexError: index 2 is out of bounds for axis 0 with size 2")
    lines = run.printed.splitlines()
    by_differences = lines.index("  numerical_gradient")
    by_chain_rule = lines.index("  autodiff.grad")
    matrix = np.array([numbers(line) for line in lines[by_differences + 1 : by_chain_rule]])
    assert matrix.shape == (2, 3)
    assert matrix[1] == pytest.approx(1.5 * matrix[0], abs=2e-6)  # the inputs are 0.6 and 0.9
    assert matrix.sum(axis=1) == pytest.approx([0, 0], abs=3e-6)  # as y − t does
    slopes = np.array([numbers(line) for line in lines[by_chain_rule + 1 : by_chain_rule + 3]])
    assert matrix == pytest.approx(slopes, abs=2e-6)
    ((before,),) = rows_with(run, "loss at W")
    ((after, _),) = rows_with(run, r"gradient_descent +\d")
    # L = −log y₂, and the gradient to x W is y − t.
    assert 1 - math.exp(-before) == pytest.approx(-matrix[0, 2] / 0.6, abs=1e-5)
    assert after < before / 5
    assert run.says("The slides' numerical_gradient fails on matrices")


def test_training_loop(lesson):
    run = lesson("training_loop")
    assert run.says("64 → 50 sigmoid → 10 softmax, 1438 images to train with")
    epochs = rows_with(run, r"^ +\d+ +0\.\d{4} +0\.\d{4}$")
    assert [row[0] for row in epochs] == list(range(1, 21))
    assert epochs[-1][1] > 0.9
    assert epochs[-1][2] > 0.9
    assert epochs[0][2] < 0.5
    assert run.says("nn.fit gives the same weights: True")
    assert run.pictures == ["training_loop.svg"]


def test_repeatable_runs(lesson):
    run = lesson("repeatable_runs", "--seed", "3", "--quick")
    rows = re.findall(r"^(.*\S) +(0\.\d{4})   (True|False)$", run.printed, re.M)
    assert [(name, same) for name, _, same in rows] == [
        ("rng of seed 3", "True"),
        ("rng of seed 3", "True"),
        ("after nn.seed(3)", "True"),
        ("rng of seed 4", "False"),
        ("rng of seed 5", "False"),
    ]
    accuracies = [accuracy for _, accuracy, _ in rows]
    assert accuracies[0] == accuracies[1] == accuracies[2]
    assert len(set(accuracies)) > 1


def test_hidden_sizes(lesson):
    run = lesson("hidden_sizes")
    assert run.says("1797 images of 64 pixels from 0 to 1")
    sizes = rows_with(run, "±   *0|± 0")
    assert [int(row[0]) for row in sizes] == [5, 10, 20, 50, 100]
    for _, average, spread, *scores in sizes:
        assert len(scores) == 5
        assert average == pytest.approx(mean(scores), abs=2e-4)
        assert spread == pytest.approx(stdev(scores), abs=2e-4)
        assert spread > 0
    # 5 units are too few by more than chance; of 50 and 100 chance decides.
    averages = {int(row[0]): row[1] for row in sizes}
    spreads = {int(row[0]): row[2] for row in sizes}
    assert averages[50] - averages[5] > 2 * spreads[5]
    assert abs(averages[100] - averages[50]) < spreads[50] + spreads[100]
    ((*best,),) = rows_with(run, "the best size, seed by seed")
    table = np.array([row[3:] for row in sizes])
    assert all(
        table[[row[0] for row in sizes].index(b), i] == table[:, i].max()
        for i, b in enumerate(best)
    )
    assert run.pictures == ["hidden_sizes.svg"]


def test_csv_instead_of_pickle(lesson):
    run = lesson("csv_instead_of_pickle")
    assert run.says("digits.csv: the label, then 64 pixels; 1797 rows")
    # The first digit is a 0, whose first line of pixels is 0 0 5 13 9 1 0 0.
    assert run.says("row 1: 0,0,0,5,13,9,1,0,0,")
    assert run.says("read_csv gives (1797, 64) float32, (1797,) labels")
    assert run.says("the same images: True, the same labels: True")
    assert run.says("damaged: read_csv: digits.csv, row 7, column 2: 'x0' is not a number")
    assert run.says("Object arrays cannot be loaded when allow_pickle=False")
    assert run.says("nothing was unpickled")
    assert run.says("its program has run: False")
