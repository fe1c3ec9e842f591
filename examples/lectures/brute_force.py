"""Brute force: why nobody tries all values of 18 weights.

Weights interact: the best value of one depends on all others, so that combinations count. Here a
network is to give what another of the same shape gives, so that weights without error exist.
"""

import numpy as np

import nn
from autodiff import no_grad
from examples.lectures.lesson import run
from nn.functional import half_sse

CANDIDATES = np.linspace(-5, 5, 1000)
STEPS = 3000


def network(rng):
    """3 layers of 3 nodes, and weights alone between them."""
    options = {"bias": False, "initialiser": nn.initialisers.Normal(2), "dtype": np.float64}
    return nn.Sequential(
        nn.Affine(3, 3, rng=rng, **options),
        nn.Sigmoid(),
        nn.Affine(3, 3, rng=rng, **options),
        nn.Sigmoid(),
    )


def show(lesson):
    """Count combinations; then one weight at a time, and all at once downhill."""
    model, right = network(lesson.rng), network(lesson.rng)
    x = lesson.rng.uniform(0.01, 1.0, (20, 3))
    with no_grad():
        t = right(x)
    weights = sum(parameter.size for parameter in model.parameters())
    combinations = len(CANDIDATES) ** weights
    years = combinations / 1e9 / (365.25 * 24 * 3600)
    print(f"weights of 3 layers of 3 nodes  2 · 3 · 3 = {weights}")
    print(f"combinations of 1,000 values    1000¹⁸ = 10^{len(str(combinations)) - 1}")
    print(f"at a billion a second           {years:.1e} years")
    print(
        "The slide says 18,000 tries: that is one weight at a time, which does not find the best."
    )

    def error():
        with no_grad():
            return half_sse(model(x), t).item()

    print(f"\nerror with the first weights               {error():.6f}")
    first = [parameter.numpy().copy() for parameter in model.parameters()]
    tries = 0
    for parameter in model.parameters():
        weight = parameter.written()
        for place in np.ndindex(weight.shape):
            errors = []
            for weight[place] in CANDIDATES:
                errors.append(error())
            tries += len(errors)
            weight[place] = CANDIDATES[np.argmin(errors)]
    print(f"after {tries:,} tries, one weight at a time   {error():.6f}")

    for parameter, values in zip(model.parameters(), first, strict=True):
        parameter.written()[...] = values
    optimizer = nn.Adam(model, learning_rate=0.1)
    for _ in range(STEPS):
        optimizer.zero_grad()
        half_sse(model(x), t).backward()
        optimizer.step()
    print(f"after {STEPS:,} steps against the gradient     {error():.6f}")


if __name__ == "__main__":
    run(show)
