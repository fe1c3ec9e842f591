"""The rules of momentum, AdaGrad, RMSProp and Adam, step by step.

On f = w² from w = 1, whose gradient is 2w. Momentum gathers speed and runs past the minimum, as
Adam does a little. The first step of AdaGrad and of Adam is as long as η, however steep it is.
"""

import numpy as np

import nn
from autodiff import Tensor
from examples.lectures.lesson import run
from viz.plots.figure import Figure

RATE = 0.1


def momentum(w, g, memory, t):
    """v ← αv − ηg, w ← w + v."""
    v = memory["v"] = 0.9 * memory.get("v", 0) - RATE * g
    return w + v


def adagrad(w, g, memory, t):
    """h ← h + g ⊙ g, w ← w − η g/√h."""
    h = memory["h"] = memory.get("h", 0) + g * g
    return w - RATE * g / np.sqrt(h)


def rmsprop(w, g, memory, t):
    """h ← ρh + (1 − ρ) g ⊙ g, w ← w − η g/√h."""
    h = memory["h"] = 0.9 * memory.get("h", 0) + 0.1 * g * g
    return w - RATE * g / np.sqrt(h)


def adam(w, g, memory, t):
    """m ← β₁m + (1 − β₁) g, h ← β₂h + (1 − β₂) g ⊙ g, w ← w − η m̂/√ĥ."""
    m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
    h = memory["h"] = 0.999 * memory.get("h", 0) + 0.001 * g * g
    return w - RATE * (m / (1 - 0.9**t)) / np.sqrt(h / (1 - 0.999**t))


RULES = {
    momentum: nn.Momentum,
    adagrad: nn.AdaGrad,
    rmsprop: nn.RMSProp,
    adam: nn.Adam,
}


def by_hand(rule, steps):
    """Where a rule comes from w = 1."""
    path, memory = [1.0], {}
    for t in range(1, steps + 1):
        path.append(rule(path[-1], 2 * path[-1], memory, t))
    return path


def by_library(optimizer, steps):
    """Where the library's optimizer comes."""
    w = Tensor([1.0], requires_grad=True)
    optimizer, path = optimizer([w], RATE), [1.0]
    for _ in range(steps):
        optimizer.zero_grad()
        (w**2).sum().backward()
        optimizer.step()
        path.append(w.numpy()[0])
    return path


def show(lesson):
    """Three steps in numbers, 60 in a picture."""
    figure = Figure(figsize=(7, 3.8), layout="constrained")
    axes = figure.subplots()
    print(f"w after each step, η = {RATE}, α = ρ = β₁ = 0.9, β₂ = 0.999\n")
    for rule, optimizer in RULES.items():
        print(rule.__doc__.rstrip("."))
        row("by hand", by_hand(rule, 3))
        row(f"nn.{optimizer.__name__}", by_library(optimizer, 3))
        path = by_library(optimizer, 60)
        row("lowest of 60", [min(path)])
        print()
        axes.plot(path, label=optimizer.__name__)
    print("nn divides by √h + ε with ε = 10⁻⁸, since g/√h is 0/0 where every gradient was 0")
    axes.axhline(0, color="0.7", linewidth=1)
    axes.set(xlabel="step", ylabel="w")
    axes.legend()
    lesson.picture(
        figure,
        "w on its way to the minimum of w² at 0, η = 0.1",
        "w²이 최소인 0으로 다가가는 w, η = 0.1",
    )


def row(name, path):
    """A line of numbers."""
    print(f"  {name:14}{''.join(f'{w:11.6f}' for w in path)}".replace("-", "−"))


if __name__ == "__main__":
    run(show)
