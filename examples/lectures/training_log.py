"""A training log: one line an epoch with the time, the epoch and the loss.

`nn.fit` writes it, and returns the same numbers as a history to draw or to keep.
"""

import nn
from examples.lectures.lesson import run
from examples.models import TwoLayerNet
from viz import plots


def show(lesson):
    """The two-layer network on small digits."""
    train, validation, _ = nn.data.split(*nn.data.load_digits(), stratified=True, rng=lesson.rng)
    model = TwoLayerNet(shape=(64,), rng=lesson.rng)
    history = nn.fit(
        model,
        nn.SoftmaxCE(),
        nn.SGD(model, learning_rate=1.0),
        train,
        validation,
        epochs=3 if lesson.quick else 10,
        rng=lesson.rng,
    )
    print(f"\nThe history has the columns {', '.join(history.columns)}.")
    print(f"first loss   {history['loss'][0]:.4f}")
    print(f"last loss    {history['loss'][-1]:.4f}")
    lesson.picture(plots.training_curves(history), "The loss, epoch by epoch", "에폭별 손실")


if __name__ == "__main__":
    run(show)
