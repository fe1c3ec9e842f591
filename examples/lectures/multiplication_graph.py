"""The graph of z = xy: a gradient that passes through × meets the other input.

x gets ∂L/∂z · y and y gets ∂L/∂z · x: the inputs change places. This is why the forward pass
has to keep them.
"""

import viz
from autodiff import Tensor
from examples.lectures.lesson import run


def show(lesson):
    """At x = 2, y = 3; what follows sends back ∂L/∂z = 1.3."""
    x = Tensor(2.0, requires_grad=True, name="x")
    y = Tensor(3.0, requires_grad=True, name="y")
    z = x * y
    z.backward(1.3)

    print(f"z = xy              {z.item():.1f}")
    print("∂L/∂z               1.3")
    print(f"∂L/∂x = ∂L/∂z · y   {x.grad:.1f}")
    print(f"∂L/∂y = ∂L/∂z · x   {y.grad:.1f}\n")

    flow = viz.backward_flow(z, names={"z": z}, values=False, gradients=False)
    print(flow)
    lesson.picture(
        flow, "Multiplication swaps its inputs", "곱셈 노드의 역전파: 입력을 서로 바꾸어 곱한다"
    )


if __name__ == "__main__":
    run(show)
