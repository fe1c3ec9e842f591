"""The gradient of a weight, derived: beside the numerical gradient, output and hidden layer.

∂E/∂w_jk = −(t_k − o_k) · σ(Σ w_jk o_j) (1 − σ(Σ w_jk o_j)) · o_j. For the hidden layer the slides
send the errors e back as Wᵀe; the chain rule sends Wᵀ(e ⊙ o(1 − o)).
"""

import numpy as np

from autodiff import Tensor, numerical_gradient
from examples.lectures.lesson import run
from nn.functional import sigmoid


def row(name, values):
    """A line for one matrix: its first four elements."""
    print(f"{name:28}" + "".join(f"{value:10.6f}" for value in values.ravel()[:4]))


def show(lesson):
    """3 inputs, 3 hidden nodes, 3 outputs; the weights to node k are row k, O = σ(W · o)."""
    rng = lesson.rng
    x, t = rng.uniform(0.01, 1, 3), rng.uniform(0.01, 0.99, 3)
    V, W = rng.normal(size=(3, 3)), rng.normal(size=(3, 3))

    def error(V, W):
        output = sigmoid(W @ sigmoid(V @ x))
        return ((t - output) ** 2).sum()

    h = sigmoid(V @ x)
    o = sigmoid(W @ h)
    e = t - o

    print("Output layer, E = Σ (t − o)²: w₁₁, w₂₁, w₃₁ to the first node, w₁₂ to the second\n")
    slope = np.outer(-e * o * (1 - o), h)
    numerical = numerical_gradient(lambda W: error(V, W), W)
    row("numerical gradient", numerical)
    row("2 · the formula", 2 * slope)
    row("the formula", slope)
    print(f"\nnumerical gradient / formula = {np.mean(numerical / slope):.6f} for each weight:")
    print(
        "the slides leave the factor 2 to the learning rate; of ½ Σ (t − o)² the formula is exact."
    )

    print("\nHidden layer, E = ½ Σ (t − o)²\n")
    sent_back = W.T @ (e * o * (1 - o))
    slides = W.T @ e
    chain_rule = np.outer(-sent_back * h * (1 - h), x)
    by_slides = np.outer(-slides * h * (1 - h), x)
    numerical = numerical_gradient(lambda V: error(V, W), V) / 2
    row("numerical gradient", numerical)
    row("with Wᵀ(e ⊙ o(1 − o))", chain_rule)
    row("with the slides' Wᵀe", by_slides)

    leaf = Tensor(V, requires_grad=True, name="V")
    (error(leaf, W) / 2).backward()
    row("backward()", leaf.grad)
    right = np.abs(chain_rule - numerical).max()
    wrong = np.abs(by_slides - numerical).max()
    print(f"\nfarthest from the numerical gradient: the chain rule {right:.1e}, Wᵀe {wrong:.1e}")
    print("Wᵀe is not the gradient: it leaves out o(1 − o) ≤ ¼, which differs from node to node.")


if __name__ == "__main__":
    run(show)
