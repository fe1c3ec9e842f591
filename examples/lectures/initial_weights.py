"""Initial weights: uniform in ±1/√n, normal around 0, and why never all equal.

n is the number of links that come in. Nodes with equal weights get equal gradients, and stay one
and the same node: the network learns as if its hidden layer had a single one.
"""

import numpy as np
from matplotlib.figure import Figure

import nn
from examples.lectures.lesson import run


def network(pixels, hidden, initialiser, seed):
    """Affine, sigmoid, affine, in float64: in float32, rounding soon tells equal nodes apart."""
    rng = np.random.default_rng(seed)
    options = {"initialiser": initialiser, "dtype": np.float64, "rng": rng}
    return nn.Sequential(
        nn.Flatten(),
        nn.Affine(pixels, hidden, **options),
        nn.Sigmoid(),
        nn.Affine(hidden, 10, **options),
    )


def show(lesson):
    """The bounds for 3 links, then three beginnings of one network, and one with a single node."""
    uniform = nn.initialisers.FanInUniform()
    weights = uniform((3, 1000), 3, 1000, lesson.rng, np.float64)
    print(f"3 incoming links: ±1/√3 = ±{1 / np.sqrt(3):.3f}")
    print(f"3,000 weights of FanInUniform: from {weights.min():.3f} to {weights.max():.3f}\n")

    images, labels = nn.data.load_digits()
    pixels = images[0].size
    print(f"{pixels} → 20 sigmoid → 10 softmax, on {len(images)} digits")
    beginnings = {
        "uniform in ±1/√n": (20, uniform),
        "normal, deviation 1/√n": (20, nn.initialisers.Normal(1 / np.sqrt(pixels))),
        "all equal to 0.1": (20, nn.initialisers.Constant(0.1)),
        "one hidden node, uniform": (1, uniform),
    }
    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    print(f"{'beginning':26}{'loss':>8}{'accuracy':>10}{'nodes apart':>13}")
    for name, (hidden, initialiser) in beginnings.items():
        model = network(pixels, hidden, initialiser, lesson.seed)
        history = nn.fit(
            model,
            nn.SoftmaxCE(),
            nn.SGD(model, learning_rate=1.0),
            (images, labels),
            epochs=5 if lesson.quick else 30,
            metrics=[nn.accuracy],
            rng=np.random.default_rng(lesson.seed),
            log=None,
        )
        apart = np.ptp(model[1].weight.numpy(), axis=1).max()
        last = history.rows[-1]
        print(f"{name:26}{last['loss']:8.4f}{last['accuracy']:10.4f}{apart:13.1e}")
        axes.plot(history["epoch"], history["loss"], linewidth=2, label=name)
    axes.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend()
    print(
        "\nNodes apart: how far their weights from the same pixel differ, at most. Equal nodes stay"
    )
    print("equal up to rounding, and are worth one node.")
    lesson.picture(
        figure,
        "Hidden nodes that begin equal learn like a single one",
        "초기 가중치가 모두 같으면 은닉 노드가 하나뿐인 것처럼 학습한다",
    )


if __name__ == "__main__":
    run(show)
