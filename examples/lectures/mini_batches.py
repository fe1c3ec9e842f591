"""Batch, stochastic and mini-batch descent: how many samples share a step.

500 samples in batches of 10 are 50 iterations an epoch. All samples at once take one sure step
in an epoch, single samples take 500 that stagger; mini-batches are between.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from viz import plots
from viz.plots.figure import Figure

SAMPLES, EPOCHS = 500, 5
SIZES = {"batch": SAMPLES, "mini-batch": 10, "stochastic": 1}


def train(x, t, size, rng):
    """The weights (w, b) at the start and after each iteration."""
    model, loss = nn.Affine(1, 1, initialiser=nn.initialisers.Constant(0.0)), nn.MSE()
    optimizer = nn.SGD(model, learning_rate=0.05)
    path = [(0.0, 0.0)]
    for _ in range(EPOCHS):
        for inputs, targets in nn.data.Batches(x, t, batch_size=size, rng=rng):
            optimizer.zero_grad()
            loss(model(inputs), targets).backward()
            optimizer.step()
            path.append((model.weight.item(), model.bias.item()))
    return np.array(path)


def show(lesson):
    """A line through 500 noisy points, t = 2x − 1."""
    x = lesson.rng.normal(size=(SAMPLES, 1))
    t = 2 * x - 1 + lesson.rng.normal(size=x.shape)

    def loss(p):
        return ((p[0] * x + p[1] - t) ** 2).mean()

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    paths = {}
    print("             samples   iterations   loss of all samples    its spread in")
    print("             a step    an epoch     after 1   5 epochs     the last epoch")
    for name, size in SIZES.items():
        path = paths[name] = train(x, t, size, lesson.rng)
        losses = np.array([loss(p) for p in path])
        steps = len(nn.data.Batches(x, t, batch_size=size))
        print(
            f"{name:10}   {size:7}   {steps:10}   {losses[steps]:7.4f}   {losses[-1]:8.4f}   "
            f"{losses[-steps - 1 :].std() if steps > 1 else 0:12.4f}"
        )
        axes.plot(np.arange(len(losses)) / steps, losses, label=f"{name} ({size})", linewidth=1)
    axes.set(xlabel="epoch", ylabel="loss of all samples")
    axes.legend()
    lesson.picture(figure, "Batches of three sizes", "배치 크기에 따른 손실의 변화")
    first = {name: path[:101] for name, path in paths.items()}
    figure = plots.level_curves(loss, first, arrows=0, resolution=41)
    figure.axes[0].set(xlabel="w", ylabel="b")
    lesson.picture(
        figure,
        "Up to 100 iterations of each, in the plane of w and b",
        "(w, b) 평면에서 본 갱신 경로 (최대 100회)",
        name="paths",
    )


if __name__ == "__main__":
    run(show)
