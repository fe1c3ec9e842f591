"""The graph of a line, f = g + b with g = wx.

A + passes ∂L/∂f on to b and to g, the × before it multiplies by the other input: the chain rule
in two steps.
"""

import viz
from autodiff import Tensor
from examples.lectures.lesson import run


def show(lesson):
    """At w = 2, x = 5, b = 3; what follows sends back ∂L/∂f = 0.5."""
    w = Tensor(2.0, requires_grad=True, name="w")
    x = Tensor(5.0, requires_grad=True, name="x")
    b = Tensor(3.0, requires_grad=True, name="b")
    g = w * x
    f = g + b
    f.backward(0.5)

    print(f"f = wx + b          {f.item():g}")
    print("∂L/∂f               0.5")
    print(f"∂L/∂b = ∂L/∂f       {b.grad:g}")
    print(f"∂L/∂w = ∂L/∂f · x   {w.grad:g}")
    print(f"∂L/∂x = ∂L/∂f · w   {x.grad:g}\n")

    names = {"g": g, "f": f}
    flow = viz.backward_flow(f, names=names, values=False, gradients=False)
    print(flow)
    lesson.picture(flow, "f = g + b, g = wx", "f = g + b, g = wx의 역전파")
    lesson.picture(
        viz.backward_flow(f, names=names, gradient=0.5),
        "The same with numbers: ∂L/∂f = 0.5",
        "값을 대입한 역전파: ∂L/∂f = 0.5",
        name="numbers",
    )


if __name__ == "__main__":
    run(show)
