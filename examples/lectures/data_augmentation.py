"""Data augmentation: few images, each seen a little different in every epoch.

A digit that is turned by some degrees, scaled or noisy is the same digit. A network that never
sees the same pixels twice cannot learn them by heart. Here a fifth of the training labels are drawn
by lot, for there to be something not to learn.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from nn.data import Batches, Noise, Rotate, Scale
from viz.plots.figure import Figure

AUGMENTATIONS = {"turned": Rotate(15), "scaled": Scale(0.85, 1.15), "noisy": Noise(0.3)}


def show(lesson):
    """300 digits to train with; the others are the test."""
    images, labels = nn.data.load_digits()
    (x, t), test = nn.data.split(images, labels, (1 / 6, 5 / 6), stratified=True, rng=lesson.rng)
    drawn = lesson.rng.random(len(t)) < 0.2
    t = np.where(drawn, lesson.rng.integers(0, 10, len(t)), t)

    figure = Figure(figsize=(6.5, 3.8), layout="constrained")
    axes = figure.subplots()
    print("accuracy       training   test")
    for name, augment in (("as they are", ()), ("augmented", tuple(AUGMENTATIONS.values()))):
        model = nn.Sequential(
            nn.Flatten(),
            nn.Affine(64, 100, initialiser=nn.initialisers.He(), rng=lesson.rng),
            nn.ReLU(),
            nn.Affine(100, 10, rng=lesson.rng),
        )
        history = nn.fit(
            model,
            nn.SoftmaxCE(),
            nn.Adam(model, 0.005),
            Batches(x, t, batch_size=20, augment=augment, rng=lesson.rng),
            test,
            epochs=40 if lesson.quick else 100,
            metrics=[nn.accuracy],
            log=None,
        )
        known = nn.accuracy(nn.predict(model, x), t)
        print(f"{name:12}   {known:8.3f}   {history['validation_accuracy'][-1]:.3f}")
        axes.plot(history["epoch"], history["validation_accuracy"], label=name)
    axes.set(xlabel="epoch", ylabel="test accuracy")
    axes.legend()
    lesson.picture(figure, "300 digits, as they are and augmented", "데이터 증강으로 과적합 줄이기")

    figure = Figure(figsize=(7.5, 2.6), layout="constrained")
    panels = figure.subplots(1, 4)
    digit = x[:1]
    variants = {name: augment(digit, lesson.rng) for name, augment in AUGMENTATIONS.items()}
    for axes, (name, image) in zip(panels, {"digit": digit, **variants}.items(), strict=True):
        axes.imshow(np.clip(image[0, 0], 0, 1), cmap="gray_r", vmin=0, vmax=1)
        axes.set(title=name, xticks=[], yticks=[])
    lesson.picture(
        figure,
        "One digit and three variants",
        "원본 숫자 이미지와 증강한 세 이미지",
        name="variants",
    )


if __name__ == "__main__":
    run(show)
