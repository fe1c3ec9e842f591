"""The two-layer network: 784 → 50 sigmoid → 10 softmax, trained by mini-batches.

As in the lectures: 10,000 updates with batches of 100 images and η = 0.1. The images are those of
MNIST in the folder that --data names; without, scikit-learn's digits, of 64 pixels.
"""

import numpy as np

import nn
from examples.lectures.lesson import run
from examples.mnist import load
from examples.models import TwoLayerNet
from viz.plots.figure import Figure

BATCH, RATE, UPDATES = 100, 0.1, 10_000


def show(lesson):
    """The methods of the network, then its training."""
    ((x, t), _, test), source = load(lesson.data, False, lesson.rng)
    model = TwoLayerNet(x.shape[1:], 50, 10, rng=lesson.rng)
    print(f"{source}: {len(x):,} images to train with, {len(test[0]):,} for the test")
    variables = sum(p.size for p in model.parameters())
    print(f"{x[0].size} → 50 sigmoid → 10 softmax, {variables:,} variables")
    print(f"batches of {BATCH}, η = {RATE}\n\nbefore training")
    methods(model, x[:BATCH], t[:BATCH], lesson.rng)

    updates = UPDATES // 10 if lesson.quick else UPDATES
    optimizer = nn.SGD(model, learning_rate=RATE)
    rows = []
    print("\nupdate     loss     accuracy: training, test")
    for update in range(updates + 1):
        if update % (updates // 50) == 0:
            rows.append(
                (update, model.loss(x, t).item(), model.accuracy(x, t), model.accuracy(*test))
            )
        if update % (updates // 5) == 0:
            print("{:6,}     {:.4f}             {:.4f}    {:.4f}".format(*rows[-1]))
        chosen = lesson.rng.choice(len(x), BATCH, replace=False)
        model.gradient(x[chosen], t[chosen])
        optimizer.step()

    print(f"\n{updates:,} updates are {updates * BATCH / len(x):.1f} epochs of these images.")
    print(f"A slide says {UPDATES:,} epochs: they would be {UPDATES * len(x) // BATCH:,} updates.")
    lesson.picture(
        curves(np.array(rows)),
        "The two-layer network learns digits",
        "2층 신경망의 학습 과정",
    )


def methods(model, x, t, rng):
    """What each method gives for a batch."""
    print(f"predict             {model.predict(x).shape}, the probability of each class")
    print(f"loss                {model.loss(x, t):.4f}, near log 10 = {np.log(10):.4f}: it guesses")
    print(f"accuracy            {model.accuracy(x, t):.2f}")
    shapes = ", ".join(str(gradient.shape) for gradient in model.gradient(x, t).values())
    print(f"gradient            {shapes}")
    # By differences all variables of the large network take long: see why_backpropagation.
    small = TwoLayerNet((4,), 3, 10, dtype=np.float64, rng=rng)
    few = rng.random((BATCH, 4))
    exact, numerical = small.gradient(few, t), small.numerical_gradient(few, t)
    apart = max(np.abs(exact[name] - numerical[name]).max() for name in exact)
    print(f"numerical_gradient  of 4 → 3 → 10, at most {apart:.0e} from what gradient gives")


def curves(rows):
    """Loss on the left, accuracy on the right, by updates."""
    update, loss, training, test = rows.T
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(update, loss)
    left.set(xlabel="update", ylabel="loss", ylim=(0, None))
    right.plot(update, training, label="training")
    right.plot(update, test, "--", label="test")
    right.set(xlabel="update", ylabel="accuracy", ylim=(0, 1.02))
    right.legend(loc="lower right")
    for axes in (left, right):
        axes.grid(alpha=0.3)
    return figure


if __name__ == "__main__":
    run(show)
