"""One weight updated by hand: from 2.0 to 2.00265.

An output node with error e₁ = 0.8 gets o = (0.4, 0.5) over the weights w = (2.0, 3.0). The same
comes out of `backward()` and a step of gradient descent.
"""

import numpy as np

import nn
import viz
from examples.lectures.lesson import run
from nn.functional import sigmoid


def show(lesson):
    """By hand, then by the library."""
    e = 0.8
    o = np.array([0.4, 0.5])
    w = np.array([2.0, 3.0])
    learning_rate = 0.1

    total = w @ o
    output = 1 / (1 + np.exp(-total))
    slope = -e * output * (1 - output) * o
    moved = w - learning_rate * slope
    print(f"sum    Σ w o                {total:.1f}")
    print(f"σ(sum)                      {output:.4f}")
    print(f"σ (1 − σ)                   {output * (1 - output):.4f}")
    print(f"∂E/∂w₁₁ = −e σ (1 − σ) o₁  {slope[0]:.4f}")
    print(f"w₁₁ − 0.1 · ∂E/∂w₁₁         {moved[0]:.5f}")
    print(f"w₂₁ − 0.1 · ∂E/∂w₂₁         {moved[1]:.5f}\n")

    weight = nn.Parameter(w, name="w")
    y = sigmoid((weight * o).sum())
    # Of E = ½ (t − y)² the gradient at the output is −(t − y) = −e.
    drawing = viz.backward_flow(y, names={"w": weight, "o": o, "y": y}, gradient=-e, direction="TB")
    y.backward(-e)
    print("backward()  ", weight.grad.round(4))
    nn.SGD([weight], learning_rate).step()
    print("after a step", weight.numpy().round(5))

    lesson.picture(
        drawing,
        "One weight update: the gradient by backpropagation",
        "가중치 하나의 갱신: 역전파로 구한 기울기",
    )


if __name__ == "__main__":
    run(show)
