"""The graph of the sigmoid: ×(−1), exp, +1, 1/x, and what flows back through it.

The same gradient comes out of the four parts, ∂L/∂y · y² · exp(−x), and of the sigmoid as one
operation, ∂L/∂y · y (1 − y).
"""

import numpy as np

import viz
from autodiff import Tensor
from examples.lectures.lesson import run
from nn.functional import sigmoid


def show(lesson):
    """At x = 1, with ∂L/∂y = 1."""
    x = Tensor(1.0, requires_grad=True, name="x")
    y = sigmoid(x)
    y.backward()

    print(f"y = σ(1)               {y:.4f}")
    print(f"∂y/∂x by the graph     {x.grad:.4f}")
    print(f"y² · exp(−x)           {y.item() ** 2 * np.exp(-1):.4f}")
    print(f"y · (1 − y)            {y.item() * (1 - y.item()):.4f}\n")
    symbols = {"names": {"y": y}, "values": False, "gradients": False}
    parts = viz.backward_flow(y, detail="primitive", **symbols)
    print(parts)
    lesson.picture(
        parts, "The sigmoid in parts, and its gradient", "시그모이드의 계산 그래프와 역전파"
    )
    lesson.picture(
        viz.backward_flow(y, **symbols),
        "The same as one operation",
        "한 연산으로 묶은 시그모이드의 역전파",
        name="at_once",
    )


if __name__ == "__main__":
    run(show)
