"""Both losses by hand: an affine layer, softmax, squared error and cross entropy.

z = (0.5, 0.1) goes through a = Wz + b; the right class is the first.
"""

import numpy as np

import viz
from autodiff import Tensor
from examples.lectures.lesson import run
from nn.functional import half_sse, softmax, softmax_cross_entropy


def show(lesson):
    """The lecture's numbers, by hand and by the library."""
    z, b = np.array([0.5, 0.1]), np.array([0.7, 0.2])
    W = np.array([[0.2, 0.1], [0.3, 0.4]])
    t = np.array([1, 0])

    print_losses(z, W, b, t)
    print("\nThe slide has e^0.39 ≈ 0.48: it is 1.477.")
    print("From this it has the softmax (0.8, 0.2): it is (0.6035, 0.3965).")
    print("From that it has the squared error 0.04: it is 0.1572.")
    print("Its cross entropy 0.096 is −log₁₀ 0.8, of the wrong base: it is 0.5050.")

    lesson.picture(
        backward_flow(z, W, b, t),
        "The cross entropy by hand, and its gradient: y − t",
        "손으로 계산한 교차 엔트로피와 그 기울기 y − t",
    )


def print_losses(z, W, b, t):
    """Each step on a line, then both losses as the library says them."""
    a = W @ z + b
    y = np.exp(a) / np.exp(a).sum()
    print(f"a = Wz + b             ({a[0]:.2f}, {a[1]:.2f})")
    print(f"exp(a)                 ({np.exp(a[0]):.3f}, {np.exp(a[1]):.3f})")
    print(f"y = softmax(a)         ({y[0]:.4f}, {y[1]:.4f})")
    print(f"½ Σ (y − t)²           {0.5 * ((y - t) ** 2).sum():.4f}")
    print(f"half_sse               {half_sse(softmax(a), t):.4f}")
    print(f"−Σ t log y             {-(t * np.log(y)).sum():.4f}")
    print(f"softmax_cross_entropy  {softmax_cross_entropy(a[None], t[None]):.4f}")


def backward_flow(z, W, b, t):
    """The way of the cross entropy's gradient."""
    W, b = Tensor(W, requires_grad=True), Tensor(b, requires_grad=True)
    a = W @ z + b
    L = softmax_cross_entropy(a, t)
    return viz.backward_flow(L, names=locals(), direction="TB")


if __name__ == "__main__":
    run(show)
