"""The numbers of the lecture on training better, and on convolution."""

import math
from itertools import pairwise

import pytest

from tests.readme import ROOT

MNIST = ROOT.parent / "shared" / "data" / "mnist"


def table(matrix, form="g"):
    """The rows of a matrix, as they are printed."""
    return " ".join(f"{value:{form}}" for row in matrix for value in row)


def columns(run, name):
    """The numbers of each line that begins so, line by line."""
    lines = [line.strip() for line in run.printed.splitlines()]
    return [
        [float(word.replace("−", "-")) for word in line.removeprefix(name).split()]
        for line in lines
        if line.startswith(name)
    ]


@pytest.mark.parametrize("seed", ["0", "1"])
def test_vanishing_gradients(lesson, seed):
    run = lesson("vanishing_gradients", "--seed", seed)
    rows = [columns(run, f"layer {i} ")[0] for i in range(2, 9)]
    rows.insert(0, next(row for row in columns(run, "layer 1  ")))
    sigmoid, relu, large = zip(*rows, strict=True)
    assert sigmoid[0] < sigmoid[-1] / 1000
    assert all(before < after for before, after in pairwise(sigmoid))
    assert max(relu) < 5 * min(relu)
    assert large[0] > 50 * large[-1]
    assert all(before > after for before, after in pairwise(large[::2]))
    (ratios,) = columns(run, "layer 1 / layer 8")
    assert ratios == pytest.approx([c[0] / c[-1] for c in (sigmoid, relu, large)], rel=0.05)
    assert run.pictures == ["vanishing_gradients.svg", "vanishing_gradients_graph.svg"]
    drawn = (run.folder / "vanishing_gradients_graph.svg").read_text(encoding="utf-8")
    assert all(f">{text}<" in drawn for text in ("sigmoid", "ReLU", "tanh, 7 × He"))
    assert ">gradient (rms)<" in drawn  # the legend of the colours


ACTIVATIONS = {  # the function, its derivative; sigmoid in another form than the lesson's
    "sigmoid": (
        lambda x: (1 + math.tanh(x / 2)) / 2,
        lambda x: (1 - math.tanh(x / 2) ** 2) / 4,
    ),
    "tanh": (math.tanh, lambda x: 1 - math.tanh(x) ** 2),
    "ReLU": (lambda x: x if x > 0 else 0, lambda x: 1 if x > 0 else 0),
    "leaky ReLU": (lambda x: x if x > 0 else x / 10, lambda x: 1 if x > 0 else 0.1),
    "ELU": (lambda x: x if x > 0 else math.expm1(x), lambda x: 1 if x > 0 else math.exp(x)),
    # The two lines −0.5x + 0.5 and x − 0.5 cross at 2/3.
    "Maxout": (lambda x: (1 - x) / 2 if x < 2 / 3 else x - 0.5, lambda x: -0.5 if x < 2 / 3 else 1),
}


def test_activations(lesson):
    run = lesson("activations")
    points = [-2, -0.5, 0.5, 2]
    assert columns(run, "x  ") == [points]
    for formula in ("max(0.1x, x)", "α(eˣ − 1)", "max(w₁ᵀx + b₁, w₂ᵀx + b₂)"):
        assert formula in run.printed
    for kind, labels in enumerate(
        [("f by hand", "f by the library"), ("f′ by differences", "f′ by backward()")]
    ):
        for label in labels:
            printed = columns(run, label)
            for (name, pair), row in zip(ACTIVATIONS.items(), printed, strict=True):
                expected = [pair[kind](x) for x in points]
                assert row == pytest.approx(expected, abs=6e-5), (name, label)
    assert run.pictures == ["activations.svg"]


def test_losses(lesson):
    run = lesson("losses")
    predictions = [0.01, 0.1, 0.5, 0.9, 0.99]
    assert columns(run, "y, where t = 1") == [predictions]
    squared = [(1 - y) ** 2 for y in predictions]
    absolute = [1 - y for y in predictions]
    entropy = [math.log(1 / y) for y in predictions]
    slopes = [  # times dy/dz = y(1 − y)
        [-2 * (1 - y) * y * (1 - y) for y in predictions],
        [-y * (1 - y) for y in predictions],
        [-(1 - y) for y in predictions],
    ]
    for label, expected in (
        ("L by hand", [squared, absolute, entropy]),
        ("L by the library", [squared, absolute, entropy]),
        ("∂L/∂z by the library", slopes),
    ):
        printed = columns(run, label)
        assert len(printed) == 3
        for row, values in zip(printed, expected, strict=True):
            assert row == pytest.approx(values, abs=6e-5), label
    for label in ("cross entropy: −Σ t log y", "F.cross_entropy(y, t)", "F.cross_entropy(y, 0)"):
        assert columns(run, label)[0] == pytest.approx([math.log(10 / 7)], abs=6e-5)
    assert run.pictures == ["losses.svg"]


def weighted(values, decay):
    """Σ decayᵗ⁻ˢ vₛ, and what the weights add up to."""
    weights = [decay ** (len(values) - 1 - s) for s in range(len(values))]
    return sum(w * v for w, v in zip(weights, values, strict=True)), sum(weights)


def moved(rule, slopes):
    """A step of η = 0.1 after these gradients, from the sums that the rules amount to."""
    squares = [g * g for g in slopes]
    if rule == "Momentum":
        return -0.1 * weighted(slopes, 0.9)[0]
    if rule == "AdaGrad":
        return -0.1 * slopes[-1] / math.sqrt(sum(squares))
    if rule == "RMSProp":
        return -0.1 * slopes[-1] / math.sqrt(0.1 * weighted(squares, 0.9)[0])
    (mean, of_mean), (square, of_square) = weighted(slopes, 0.9), weighted(squares, 0.999)
    return -0.1 * (mean / of_mean) / math.sqrt(square / of_square)


def test_optimizer_rules(lesson):
    run = lesson("optimizer_rules")
    by_hand, lowest = columns(run, "by hand"), columns(run, "lowest of 60")
    for place, rule in enumerate(("Momentum", "AdaGrad", "RMSProp", "Adam")):
        path = [1.0]
        for _ in range(60):
            path.append(path[-1] + moved(rule, [2 * w for w in path]))
        assert by_hand[place] == pytest.approx(path[:4], abs=1.1e-6), rule
        assert columns(run, f"nn.{rule}") == [by_hand[place]]
        assert lowest[place] == pytest.approx([min(path)], abs=1.1e-6), rule
    momentum, adagrad, _, adam = (low for (low,) in lowest)
    assert momentum < adam < 0 < adagrad  # past the minimum, a little past it, not there yet
    assert by_hand[1][1] == by_hand[3][1] == 0.9  # the first steps of AdaGrad and Adam are η
    for formula in ("w ← w + v", "h ← h + g ⊙ g, w ← w − η g/√h", "h ← ρh + (1 − ρ) g ⊙ g"):
        assert formula in run.printed
    assert run.pictures == ["optimizer_rules.svg"]


def test_batch_normalisation(lesson):
    run = lesson("batch_normalisation")
    assert columns(run, "mean") == [[3, 20]]
    assert run.says("variance 4.6667 66.6667")  # 14/3 and 200/3
    library = columns(run, "F.batch_norm")
    for place, (a, b) in enumerate([(1, 10), (2, 30), (6, 20)]):
        expected = [(a - 3) / math.sqrt(14 / 3), (b - 20) / math.sqrt(200 / 3)]
        assert columns(run, f"normalised ({a}, {b})")[0] == pytest.approx(expected, abs=6e-5)
        assert library[place] == pytest.approx(expected, abs=6e-5)
    (without,) = columns(run, "without batch normalisation")
    (normalised,) = columns(run, "with batch normalisation")
    assert without[0] < 1e-3 < 0.3 < normalised[0]  # nearly 0, and spread out
    assert without[1] == pytest.approx(math.log(10), abs=0.02)  # ten classes, all as likely
    assert without[2] < 0.2
    assert normalised[1] < 0.2
    assert normalised[2] > 0.9
    assert run.pictures == ["batch_normalisation.svg"]


IMPULSE = {"flipped": (0, 0, 1, 2, 4, 0, 0), "not flipped": (0, 0, 4, 2, 1, 0, 0)}
"""What both make of an impulse."""


def test_convolution_1d(lesson):
    run = lesson("convolution_1d")
    assert run.says("kernel w 1 2 4")
    assert run.says("impulse x 0 0 1 0 0")
    # Of an impulse at 2, Σ x[i − k] w[k] = w[i − 2] and Σ x[i + k] w[k] = w[2 − i].
    for name, at in (("flipped", {2: 1, 3: 2, 4: 4}), ("not flipped", {0: 4, 1: 2, 2: 1})):
        (places,), output = columns(run, f"i of y, {name}"), IMPULSE[name]
        assert {i: y for i, y in zip(places, output, strict=True) if y} == at
    for name in ("flipped, Σ x[i − k] w[k]", "np.convolve(x, w)", "conv1d(x, w, flip_kernel=True)"):
        assert run.says(f"{name} {table([IMPULSE['flipped']])}"), name
        assert run.says(f"{name} 1 5 10 14 9 18 20"), name
    for name in ("not flipped, Σ x[i + k] w[k]", "np.correlate(x, w)", "conv1d(x, w)"):
        assert run.says(f"{name} {table([IMPULSE['not flipped']])}"), name
        assert run.says(f"{name} 4 14 7 11 24 12 5"), name
    assert run.pictures == ["convolution_1d.svg"]


def test_padding(lesson):
    run = lesson("padding")
    for name, p, outputs in (
        ("full", 2, "7 numbers 4 14 7 11 24 12 5"),  # grows
        ("same", 1, "5 numbers 14 7 11 24 12"),  # as long as the input
        ("valid", 0, "3 numbers 7 11 24"),  # no border
    ):
        assert run.says(f"{name}, p = {p} {outputs}")
        assert run.says(f'np.correlate(x, w, "{name}") {outputs}')
        assert run.says(f'conv1d(x, w, padding="{name}") {outputs}')
    assert run.says("on an image of 6 × 8 full 8 × 10 same 6 × 8 valid 4 × 6")
    assert run.pictures == ["padding.svg"]


def test_output_size(lesson):
    run = lesson("output_size")
    rows = [line.split() for line in run.printed.splitlines() if line.split()[:1] != ["n"]]
    rows = [list(map(int, row)) for row in rows if len(row) == 7]
    assert len(rows) >= 8
    for n, p, m, s, formula, library, left_over in rows:
        places = [start for start in range(0, n + 2 * p, s) if start + m <= n + 2 * p]
        assert formula == library == len(places), (n, p, m, s)
        assert left_over == n + 2 * p - (places[-1] + m)
    assert any(row[-1] for row in rows), "nowhere is anything rounded down"
    assert run.says("28 0 5 1 24 24")
    assert run.says("227 0 11 4 55 55")
    assert run.says("formula 12, nn.MaxPool 12")


def test_convolution_2d(lesson):
    run = lesson("convolution_2d")
    for name, matrix in {
        "image X": [[2, 1, 2], [5, 0, 1], [1, 7, 3]],
        "kernel W": [[0.5, 0.7, 0.4], [0.3, 0.4, 0.1], [0.5, 1, 0.5]],
        "turned kernel Wʳ": [[0.5, 1, 0.5], [0.1, 0.4, 0.3], [0.4, 0.7, 0.5]],
    }.items():
        assert run.says(f"{name} {table(matrix, '.1f')}"), name
    for names, matrix in {
        ("true convolution, stride 1", "conv2d(X, W, padding=1, flip_kernel=True)"): [
            [4.6, 3.7, 1.6],
            [8.7, 10.6, 7.8],
            [7.5, 6.8, 2.9],
        ],
        ("true convolution, stride 2", "conv2d(…, stride=2, flip_kernel=True)"): [
            [4.6, 1.6],
            [7.5, 2.9],
        ],
        ("not flipped, stride 1", "conv2d(X, W, padding=1)"): [
            [5.9, 4.2, 2.1],
            [8.3, 13.1, 8.8],
            [4.6, 6.3, 4.0],
        ],
    }.items():
        for name in names:
            assert run.says(f"{name} {table(matrix, '.1f')}"), name
    assert run.says("0.4 · 2 + 0.3 · 1 + 0.7 · 5 + 0.5 · 0 = 4.6")
    assert run.pictures == ["convolution_2d.svg"]


def test_pooling(lesson):
    run = lesson("pooling")
    for name, image, mean in (
        (
            "X₁",
            [
                [10, 255, 125, 0, 170, 100],
                [70, 255, 105, 25, 25, 70],
                [255, 0, 150, 0, 10, 10],
                [0, 255, 10, 10, 150, 20],
                [70, 15, 200, 100, 95, 0],
                [25, 25, 100, 20, 0, 60],
            ],
            [[147.5, 63.75, 91.25], [127.5, 42.5, 47.5], [33.75, 105, 38.75]],
        ),
        (
            "X₂",
            [
                [100, 100, 100, 50, 100, 50],
                [95, 255, 100, 125, 125, 170],
                [80, 40, 10, 10, 125, 150],
                [255, 30, 150, 20, 120, 125],
                [30, 30, 150, 100, 70, 70],
                [70, 30, 100, 200, 70, 95],
            ],
            [[137.5, 93.75, 111.25], [101.25, 47.5, 130], [40, 137.5, 76.25]],
        ),
    ):
        largest = table([[255, 125, 170], [255, 150, 150], [70, 200, 95]])
        assert run.says(f"{name} {table(image)} {name}, max {largest}")
        assert run.says(f"max_pool({name}, 2) {largest}")
        assert run.says(f"{name}, mean {table(mean, '.2f')}")
        assert run.says(f"average_pool({name}, 2) {table(mean, '.2f')}")
    assert run.says("max pooling the same: True; mean pooling the same: False")
    assert run.pictures == ["pooling.svg"]


def test_convolutional_networks(lesson):
    run = lesson("convolutional_networks")
    assert run.says("of shape (1, 8, 8)")
    sizes = (16, 16, 32, 32, 64, 64)
    _, simple, deep = run.printed.split("ConvNet, ")
    assert simple.startswith(f"{30 * 26 + 121 * 100 + 101 * 10:,} parameters")
    convolutions = sum((9 * a + 1) * b for a, b in pairwise((1, *sizes)))
    assert deep.startswith(f"{convolutions + 65 * 50 + 51 * 10:,} parameters")
    for part in (simple, deep):
        losses = [float(line.split()[4]) for line in part.splitlines() if " loss " in line]
        assert len(losses) == 17
        assert losses[0] > 1.5
        assert losses[-1] < 0.3
        assert float(part.split("test accuracy ")[1].split()[0]) > 0.95
    assert run.pictures == ["convolutional_networks.svg"]


@pytest.mark.skipif(not MNIST.is_dir(), reason=f"there is no MNIST in {MNIST}")
def test_convolutional_networks_on_mnist(lesson):
    run = lesson("convolutional_networks", "--quick", "--data", str(MNIST))
    assert run.says("500 images to train with and 500 for the test, of shape (1, 28, 28)")
    assert run.says("SimpleConvNet, 433,890 parameters")
    assert run.says("DeepConvNet, 123,552 parameters")
    first = float(run.printed.split("test accuracy ")[1].split()[0])
    assert first > 0.2, "no better than chance"
