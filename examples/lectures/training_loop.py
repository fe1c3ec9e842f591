"""TwoLayerNet and its training loop: accuracy on training and test data once an epoch.

Draw a batch, compute the gradient, move each parameter against it: all of `nn.fit`, which gives the
same weights to the bit.
"""

import numpy as np
from matplotlib.figure import Figure

import nn
from examples.lectures.lesson import run
from examples.models import TwoLayerNet

LEARNING_RATE = 0.5
BATCH = 100


def show(lesson):
    """On scikit-learn's digits, or on MNIST."""
    if lesson.data is None:
        splits = nn.data.split(*nn.data.load_digits(), stratified=True, rng=lesson.rng)
    else:
        splits = nn.data.load_mnist(lesson.data)
    train, _, test = splits
    pixels = train[0][0].size
    epochs = 4 if lesson.quick else 20

    model = TwoLayerNet((pixels,), hidden=50, rng=np.random.default_rng(lesson.seed))
    batches = nn.data.Batches(*train, BATCH, rng=np.random.default_rng(lesson.seed))
    print(f"{pixels} → 50 sigmoid → 10 softmax, {len(train[1])} images to train with\n")
    print("epoch   training       test")
    accuracies = []
    for epoch in range(1, epochs + 1):
        for images, labels in batches:
            gradients = model.gradient(images, labels)
            for name, parameter in model.named_parameters():
                parameter.written()[...] -= LEARNING_RATE * gradients[name]
        accuracies.append((model.accuracy(*train), model.accuracy(*test)))
        print(f"{epoch:5}{accuracies[-1][0]:11.4f}{accuracies[-1][1]:11.4f}")

    again = TwoLayerNet((pixels,), hidden=50, rng=np.random.default_rng(lesson.seed))
    nn.fit(
        again,
        nn.SoftmaxCE(),
        nn.SGD(again, LEARNING_RATE),
        train,
        epochs=epochs,
        batch_size=BATCH,
        rng=np.random.default_rng(lesson.seed),
        log=None,
    )
    pairs = zip(model.parameters(), again.parameters(), strict=True)
    equal = all(np.array_equal(a.numpy(), b.numpy()) for a, b in pairs)
    print(f"\nnn.fit gives the same weights: {equal}")

    figure = Figure(figsize=(6, 3.8), layout="constrained")
    axes = figure.subplots()
    on_training, on_test = zip(*accuracies, strict=True)
    axes.plot(range(1, epochs + 1), on_training, "--", linewidth=2, label="training")
    axes.plot(range(1, epochs + 1), on_test, "-", linewidth=2, label="test")
    axes.locator_params("x", integer=True)
    axes.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend()
    lesson.picture(figure, "Accuracy once an epoch", "에폭마다 측정한 정확도")


if __name__ == "__main__":
    run(show)
