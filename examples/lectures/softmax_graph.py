"""The graph of softmax with cross entropy: exp, +, 1/x, ×, log, ×, +, and back to y − t.

Step by step the gradient is a long way of small numbers; at its end it is the difference between
the probabilities and the labels. As one operation, the library computes just that.
"""

import numpy as np

import viz
from autodiff import Tensor, primitives
from examples.lectures.lesson import run
from nn.functional import softmax, softmax_cross_entropy


def show(lesson):
    """Scores of three classes, of which the third is right."""
    scores, t = np.array([[0.3, 2.9, 4.0]]), np.array([[0, 0, 1]])
    a = Tensor(scores, requires_grad=True, name="a")
    L = softmax_cross_entropy(a, t)
    L.backward()
    y = softmax(scores)
    with primitives():
        parts = Tensor(scores, requires_grad=True)
        softmax_cross_entropy(parts, t).backward()

    def row(values):
        return "  ".join(f"{value:7.4f}" for value in values[0]).replace("-", "−")

    print(f"y = softmax(a)          {row(y)}")
    print(f"L = −log y₃              {L.item():.4f}")
    print(f"∂L/∂a through the parts {row(parts.grad)}")
    print(f"∂L/∂a at once           {row(a.grad)}")
    print(f"y − t                   {row(y - t)}\n")

    names = {"t": t, "L": L}
    flow = viz.backward_flow(L, names=names, detail="primitive", expressions=False, direction="TB")
    print(flow)
    lesson.picture(
        flow,
        "Softmax and cross entropy in parts",
        "소프트맥스와 교차 엔트로피의 계산 그래프와 역전파",
    )
    lesson.picture(
        viz.backward_flow(L, names=names),
        "The same as one operation: y − t",
        "한 연산으로 묶은 역전파: y − t",
        name="at_once",
    )


if __name__ == "__main__":
    run(show)
