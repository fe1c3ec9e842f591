"""Seven optimizers on one surface, f = x₀²/20 + x₁².

The valley is steep across and flat along. Gradient descent swings from side to side, momentum
rolls on, and those that divide by the size of past gradients walk both ways at one pace. RAdam
holds back until it knows that size well. Each has a learning rate of its own, so that the paths
compare ways, not speeds.
"""

import numpy as np

import nn
from autodiff import Tensor
from examples.lectures.lesson import run
from viz import plots

START, STEPS = (-7.0, 2.0), 30
OPTIMIZERS = {
    "SGD": lambda w: nn.SGD(w, 0.95),
    "Momentum": lambda w: nn.Momentum(w, 0.1),
    "AdaGrad": lambda w: nn.AdaGrad(w, 1.0),
    "RMSProp": lambda w: nn.RMSProp(w, 0.2),
    "AdaDelta": lambda w: nn.AdaDelta(w, epsilon=0.01),
    "Adam": lambda w: nn.Adam(w, 0.3),
    "RAdam": lambda w: nn.RAdam(w, 0.6),
}


def surface(x):
    """Twenty times as steep along x₁ as along x₀."""
    return x[0] ** 2 / 20 + x[1] ** 2


def path_of(optimizer_of, steps=STEPS):
    """The start, and where each step leads."""
    x = Tensor(START, requires_grad=True)
    optimizer = optimizer_of([x])
    path = [x.numpy().copy()]
    for _ in range(steps):
        optimizer.zero_grad()
        surface(x).backward()
        optimizer.step()
        path.append(x.numpy().copy())
    return np.array(path)


def as_printed(steps, rate=0.1, momentum=0.9):
    """Momentum as a slide prints it: v ← v − αg, w ← w − εg + v."""
    w, v = np.array(START), np.zeros(2)
    path = [w]
    for _ in range(steps):
        g = w * (0.1, 2.0)
        v = v - momentum * g
        w = w - rate * g + v
        path.append(w)
    return np.array(path)


def show(lesson):
    """The seven paths, and two rules that do not work as they are printed."""
    paths = {name: path_of(optimizer) for name, optimizer in OPTIMIZERS.items()}
    print(f"after {STEPS} steps      x₀       x₁   f           η")
    for name, path in paths.items():
        x, rate = path[-1], OPTIMIZERS[name]([nn.Parameter(START)]).learning_rate
        row = f"{name:10}     {x[0]:7.3f}  {x[1]:7.3f}   {surface(x):.4f}   {rate:4.2f}"
        print(row.replace("-", "−"))
    lesson.picture(
        plots.level_curves(surface, paths, arrows=0, y_range=(-3, 3)),
        "Seven optimizers on one surface",
        "같은 곡면에서 본 일곱 가지 최적화 기법의 경로",
    )

    right, printed = path_of(OPTIMIZERS["Momentum"], 100), as_printed(100)
    print("\nMomentum is v ← αv − ηg, w ← w + v; the slide prints v − αg and w − εg + v, where v")
    print("forgets nothing. In the last 20 of 100 steps")
    print(f"  max |x₀| by the right rule     {abs(right[-20:, 0]).max():.4f}")
    print(f"  max |x₀| by the rule printed   {abs(printed[-20:, 0]).max():.4f}")
    lesson.picture(
        plots.level_curves(
            surface,
            {"right": right[:41], "as printed": printed[:41]},
            arrows=0,
            y_range=(-3, 3),
        ),
        "Momentum, and the rule as printed",
        "모멘텀: 올바른 갱신식과 슬라이드의 식",
        name="momentum",
    )

    w = Tensor([1.0, 1.0], requires_grad=True)
    (w[0] ** 2).backward()  # the gradient of w[1] is 0
    with np.errstate(invalid="ignore"):
        print(f"\nAdaGrad without ε, g / √h at g = {w.grad}:  {w.grad / np.sqrt(w.grad**2)}")
    nn.AdaGrad([w], 0.1).step()
    print(f"with ε, w after one step from [1. 1.]:     {w.numpy()}")


if __name__ == "__main__":
    run(show)
