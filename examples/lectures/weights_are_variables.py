"""Weights are the variables, inputs are coefficients: L(W, b) = −log softmax(xW + b)₃.

Training looks for W and b that make L small for the given x and its label (0, 0, 1). So ∂L/∂W and
∂L/∂b are wanted, and there is no ∂L/∂x: in the picture nothing flows back to x. Gradient descent
moves the weights, and the inputs stand still.
"""

import numpy as np

import nn
import viz
from autodiff import log, numerical_gradient
from examples.lectures.lesson import run
from nn.functional import softmax, softmax_cross_entropy


def loss(W, b, x):
    """−log of the third probability."""
    return -log(softmax(x @ W + b)[0, 2])


def show(lesson):
    """2 inputs, 3 outputs: 6 weights and 3 biases."""
    x, t = np.array([[0.6, 0.9]]), np.array([[0, 0, 1]])
    W = nn.Parameter(np.array([[0.5, -0.2, 0.3], [0.1, 0.4, -0.6]]))
    b = nn.Parameter(np.array([[0.0, 0.1, 0.2]]))
    L = loss(W, b, x)
    L.backward()

    y = softmax(x @ W + b).numpy()
    error = y - t
    print(f"xW + b            {(x @ W + b).numpy()}")
    print(f"softmax           {y.round(4)}")
    print(f"L = −log y₃       {L:.4f}\n")
    print(f"∂L/∂b             {b.grad.round(4)}")
    print(f"y − t             {error.round(4)}")
    print(f"by differences    {numerical_gradient(lambda b: loss(W, b, x), b).round(4)}\n")
    print(f"∂L/∂W\n{W.grad.round(4)}")
    print(f"xᵀ(y − t)\n{(x.T @ error).round(4)}")
    print(f"by differences\n{numerical_gradient(lambda W: loss(W, b, x), W).round(4)}\n")
    fused = softmax_cross_entropy(x @ W + b, t)
    print(f"nn.functional.softmax_cross_entropy, the same L {fused:.4f}\n")
    names = {"x": x, "W": W, "b": b, "t": t, "L": fused}
    drawing = viz.backward_flow(fused, names=names, values=False, gradients=False)
    print(f"{drawing}\n")

    before = x.copy(), W.numpy().copy(), b.numpy().copy()
    nn.SGD([W, b], learning_rate=1.0).step()
    print("after a step of gradient descent, η = 1:")
    for name, old, new in zip("xWb", before, (x, W.numpy(), b.numpy()), strict=True):
        print(f"  {name} moved by at most {np.abs(new - old).max():.4f}")
    print(f"  L {L:.4f} → {loss(W, b, x):.4f}")

    lesson.picture(
        drawing,
        "Gradients flow back to W and b, not to x",
        "역전파: 기울기는 W와 b로 흐르고 입력 x로는 흐르지 않는다",
    )


if __name__ == "__main__":
    run(show)
