"""The graph of z = x + y: a gradient passes through + unchanged.

Both inputs get ∂L/∂z as it comes, whatever their values are.
"""

import viz
from autodiff import Tensor
from examples.lectures.lesson import run


def show(lesson):
    """At x = 2, y = 3; what follows sends back ∂L/∂z = 1.3."""
    x = Tensor(2.0, requires_grad=True, name="x")
    y = Tensor(3.0, requires_grad=True, name="y")
    z = x + y
    z.backward(1.3)

    print(f"z = x + y   {z.item():.1f}")
    print("∂L/∂z       1.3")
    print(f"∂L/∂x       {x.grad:.1f}")
    print(f"∂L/∂y       {y.grad:.1f}\n")

    flow = viz.backward_flow(z, names={"z": z}, values=False, gradients=False)
    print(flow)
    lesson.picture(
        flow, "Addition passes the gradient on", "덧셈 노드의 역전파: 기울기를 그대로 전달한다"
    )


if __name__ == "__main__":
    run(show)
