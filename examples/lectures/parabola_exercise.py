"""Exercise: the graph of a parabola, f = g + b with g = wx².

By hand: ∂g/∂w = x² and ∂g/∂x = 2wx, and the + passes ∂L/∂f on.
"""

import viz
from autodiff import Tensor
from examples.lectures.lesson import run


def show(lesson):
    """At w = 2, x = 5, b = 3; what follows sends back ∂L/∂f = 0.5."""
    w = Tensor(2.0, requires_grad=True, name="w")
    x = Tensor(5.0, requires_grad=True, name="x")
    b = Tensor(3.0, requires_grad=True, name="b")
    g = w * x**2
    f = g + b
    f.backward(0.5)

    print(f"f = wx² + b           {f.item():g}")
    print("∂L/∂f                 0.5")
    print(f"∂L/∂w = ∂L/∂f · x²    {w.grad:g}")
    print(f"∂L/∂x = ∂L/∂f · 2wx   {x.grad:g}")
    print(f"∂L/∂b = ∂L/∂f         {b.grad:g}\n")

    flow = viz.backward_flow(f, names={"g": g, "f": f}, values=False, gradients=False)
    print(flow)
    lesson.picture(flow, "f = g + b, g = wx²", "f = g + b, g = wx²의 역전파")


if __name__ == "__main__":
    run(show)
