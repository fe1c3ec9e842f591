"""Early stopping: end the training when other data stop getting better.

A fifth of the training labels are drawn by lot. At first the network learns digits, and the
validation loss falls; then it learns the mistakes by heart, and the loss rises again. Whoever
watches it, or the accuracy, stops in time and keeps the best weights.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from viz import plots


def train(data, seed, epochs, *callbacks):
    """The trained model and its history; the same seed begins the same way."""
    rng = np.random.default_rng(seed)
    model = nn.Sequential(
        nn.Flatten(),
        nn.Affine(64, 100, initialiser=nn.initialisers.He(), rng=rng),
        nn.ReLU(),
        nn.Affine(100, 10, rng=rng),
    )
    history = nn.fit(
        model,
        nn.SoftmaxCE(),
        nn.Adam(model, 0.003),
        *data,
        epochs=epochs,
        metrics=[nn.accuracy],
        callbacks=callbacks,
        batch_size=20,
        rng=rng,
        log=None,
    )
    return model, history


def show(lesson):
    """300 images to train with, 300 for validation, the rest for the test."""
    images, labels = nn.data.load_digits()
    (x, t), validation, test = nn.data.split(
        images, labels, (1 / 6, 1 / 6, 4 / 6), stratified=True, rng=lesson.rng
    )
    drawn = lesson.rng.random(len(t)) < 0.2
    data = (x, np.where(drawn, lesson.rng.integers(0, 10, len(t)), t)), validation
    seed, epochs = lesson.rng.integers(1000), 30 if lesson.quick else 80

    print("                      epochs   weights of epoch   validation loss   test accuracy")
    model, history = train(data, seed, epochs)
    score = nn.accuracy(nn.predict(model, test[0]), test[1])
    loss = history["validation_loss"][-1]
    print(f"to the end            {epochs:6}   {epochs:16}   {loss:15.3f}   {score:13.3f}")
    figure = plots.training_curves(history)
    for axes, metric in zip(figure.axes, ("loss", "accuracy"), strict=True):
        stopping = nn.EarlyStopping(f"validation_{metric}", patience=5)
        model, stopped = train(data, seed, epochs, stopping)
        score = nn.accuracy(nn.predict(model, test[0]), test[1])
        best = stopping.best_epoch
        loss = stopped["validation_loss"][best - 1]
        print(f"stopped by {metric:10} {len(stopped):6}   {best:16}   {loss:15.3f}   {score:13.3f}")
        axes.axvline(best, color="0.4", linestyle=":")
        axes.axvline(len(stopped), color="0.4", linewidth=1)
    lesson.picture(
        figure,
        "Overfitting: the best epoch (dotted), and where it was stopped",
        "과적합과 조기 종료: 가장 좋은 에폭(점선)과 멈춘 에폭",
    )


if __name__ == "__main__":
    run(show)
