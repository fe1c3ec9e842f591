"""Convolutional networks on handwritten digits.

The simple one has a convolution of 30 filters of 5 × 5, pooling and two affine layers; the deep one
six convolutions of 3 × 3. They train on scikit-learn's digits of 8 × 8 pixels, or with `--data` on
MNIST. Their first filters begin as faint noise, so that the picture shows what they learn.
"""

import nn
from examples.lectures.lesson import run
from examples.models import DeepConvNet, SimpleConvNet
from viz import plots
from viz.plots.figure import Figure

BATCH = 100


def load(lesson):
    """Training and test images, with their labels."""
    if lesson.data is not None:
        train, _, test = nn.data.load_mnist(lesson.data)
    else:
        train, _, test = nn.data.split(*nn.data.load_digits(), stratified=True, rng=lesson.rng)
    if lesson.quick:
        train, test = (tuple(array[:500] for array in part) for part in (train, test))
    return train, test


def show(lesson):
    """A line an epoch; at the end the accuracy on test images, which were not looked at before."""
    train, test = load(lesson)
    shape = train[0].shape[1:]
    print(f"{len(train[0])} images to train with and {len(test[0])} for the test, of shape {shape}")
    epochs = (10 if lesson.quick else 240) // (len(train[0]) // BATCH)
    figure = Figure(figsize=(10, 3.3), layout="compressed")
    rows = figure.subplots(2, 2, height_ratios=(3, 2))
    for network, (left, right) in zip((SimpleConvNet, DeepConvNet), rows, strict=True):
        name = network.__name__
        model = network(shape, rng=lesson.rng)
        filters = model[0].weight
        filters.written()[...] *= 0.03
        print(f"\n{name}, {sum(p.size for p in model.parameters()):,} parameters")
        plots.filters(filters, columns=10, title=f"{name}, before", axes=left)
        nn.fit(
            model,
            nn.SoftmaxCE(),
            nn.Adam(model, 0.002),
            train,
            epochs=epochs,
            metrics=[nn.accuracy],
            batch_size=BATCH,
            rng=lesson.rng,
        )
        plots.filters(filters, columns=10, title=f"{name}, after", axes=right)
        result = nn.evaluate(model, nn.SoftmaxCE(), test, [nn.accuracy])
        print(f"test accuracy {result['accuracy']:.4f}")
    lesson.picture(
        figure,
        "The filters of the first layers, before and after training",
        "학습 전과 학습 후의 첫 번째 합성곱층 필터",
    )


if __name__ == "__main__":
    run(show)
