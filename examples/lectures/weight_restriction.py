"""Weight restriction: ‖w‖² < c, kept after every step.

Weights that have grown past the limit are scaled back onto it. Where weight decay asks a price,
this is a wall: below it the weights are free.
"""

import numpy as np

import nn
from autodiff import Tensor
from examples.lectures.lesson import run
from viz.plots.figure import Figure


def show(lesson):
    """One vector by hand, then a network; a fifth of its training labels are drawn by lot."""
    w = Tensor([3.0, 4.0], requires_grad=True)
    w.grad = np.zeros(2)
    nn.SGD([w], 0.1, weight_limit=4).step()
    print("w = (3, 4) has ‖w‖² = 25; with c = 4 it is scaled by √(4/25) = 0.4")
    print(f"  nn.SGD, weight_limit   {w.numpy()}, ‖w‖² = {(w.numpy() ** 2).sum():.4f}\n")

    images, labels = nn.data.load_digits()
    (x, t), test = nn.data.split(images, labels, (1 / 6, 5 / 6), stratified=True, rng=lesson.rng)
    drawn = lesson.rng.random(len(t)) < 0.2
    t = np.where(drawn, lesson.rng.integers(0, 10, len(t)), t)

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    print("            accuracy")
    print("            training   test    largest ‖w‖² of a layer")
    for name, limit in (("no limit", None), ("c = 30", 30.0)):
        model = nn.Sequential(
            nn.Flatten(),
            nn.Affine(64, 100, initialiser=nn.initialisers.He(), rng=lesson.rng),
            nn.ReLU(),
            nn.Affine(100, 10, rng=lesson.rng),
        )
        squares = []

        def measure(run, squares=squares):
            squares.append(max((w.numpy() ** 2).sum() for w in run.model.parameters()))

        history = nn.fit(
            model,
            nn.SoftmaxCE(),
            nn.Adam(model, 0.005, weight_limit=limit),
            (x, t),
            test,
            epochs=40 if lesson.quick else 100,
            metrics=[nn.accuracy],
            callbacks=measure,
            batch_size=20,
            rng=lesson.rng,
            log=None,
        )
        known, other = nn.accuracy(nn.predict(model, x), t), history["validation_accuracy"]
        print(f"{name:8}    {known:8.3f}   {other[-1]:.3f}   {squares[-1]:23.1f}")
        left.plot(history["epoch"], squares, label=name)
        right.plot(history["epoch"], other, label=name)
    left.set(xlabel="epoch", ylabel="largest ‖w‖² of a layer")
    right.set(xlabel="epoch", ylabel="test accuracy")
    left.legend()
    lesson.picture(figure, "Weights within a limit", "가중치 제한: ‖w‖² < c")


if __name__ == "__main__":
    run(show)
