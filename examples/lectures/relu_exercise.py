"""Exercise: the graph of ReLU.

The gradient passes where x > 0, and stops elsewhere. At 0, where the curve has a corner, the
library takes the derivative to be 0, as the lectures do.
"""

import viz
from autodiff import Tensor
from examples.lectures.lesson import run
from nn.functional import relu


def show(lesson):
    """At three values of x; what follows sends back ∂L/∂f = 0.7."""
    print("   x    f = ReLU(x)   ∂L/∂f   ∂L/∂x")
    for value in (-1.5, 0.0, 2.0):
        x = Tensor(value, requires_grad=True, name="x")
        f = relu(x)
        f.backward(0.7)
        print(f"{value:4.1f}   {f.item():11.1f}     0.7   {x.grad:5.1f}".replace("-", "−"))

    flow = viz.backward_flow(f, names={"f": f}, values=False, gradients=False)
    print(f"\n{flow}")
    print("\nf > 0 says the same as x > 0, and f is what the library keeps.")
    lesson.picture(
        flow, "ReLU lets the gradient pass, or not", "ReLU의 역전파: 기울기를 통과시키거나 막는다"
    )


if __name__ == "__main__":
    run(show)
