"""Dropout: in training, each unit is left out at random.

No unit can rely on another being there, so the network learns less by heart. What is kept is
divided by 1 − p, which leaves the mean as it is; a trained network is asked without dropout. Here
a fifth of the training labels are drawn by lot, for there to be something not to learn.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from viz.plots.figure import Figure


def show(lesson):
    """What the layer does, then a network with and without it."""
    layer, ones = nn.Dropout(0.5, rng=lesson.rng), np.ones(10_000)
    dropped = layer(ones)
    layer.eval()
    print("10,000 ones through dropout with p = 0.5:")
    print(
        f"  in training     {(dropped == 0).mean():.3f} are 0, the others {dropped.max():.0f}, ",
        end="",
    )
    print(f"the mean is {dropped.mean():.3f}")
    print(f"  in evaluation   all are {layer(ones).min():.0f}\n")

    images, labels = nn.data.load_digits()
    (x, t), test = nn.data.split(images, labels, (1 / 6, 5 / 6), stratified=True, rng=lesson.rng)
    drawn = lesson.rng.random(len(t)) < 0.2
    t = np.where(drawn, lesson.rng.integers(0, 10, len(t)), t)

    figure = Figure(figsize=(6.5, 3.8), layout="constrained")
    axes = figure.subplots()
    print("accuracy          training   test")
    for name, p in (("without", 0.0), ("p = 0.5", 0.5)):
        model = nn.Sequential(
            nn.Flatten(),
            nn.Affine(64, 100, initialiser=nn.initialisers.He(), rng=lesson.rng),
            nn.ReLU(),
            nn.Dropout(p, rng=lesson.rng),
            nn.Affine(100, 10, rng=lesson.rng),
        )
        history = nn.fit(
            model,
            nn.SoftmaxCE(),
            nn.Adam(model, 0.005),
            (x, t),
            test,
            epochs=40 if lesson.quick else 100,
            metrics=[nn.accuracy],
            batch_size=20,
            rng=lesson.rng,
            log=None,
        )
        known = nn.accuracy(nn.predict(model, x), t)
        print(f"{name:15}   {known:8.3f}   {history['validation_accuracy'][-1]:.3f}")
        axes.plot(history["epoch"], history["validation_accuracy"], label=name)
    axes.set(xlabel="epoch", ylabel="test accuracy")
    axes.legend()
    lesson.picture(figure, "Dropout against overfitting", "드롭아웃으로 과적합 줄이기")


if __name__ == "__main__":
    run(show)
