"""The chain rule: derivatives along the way are multiplied.

∂f/∂x = ∂f/∂g · ∂g/∂x, four times, for an outer function of g and a g of x and y. The arrows back in
the pictures carry the products.
"""

import viz
from autodiff import Tensor, gradients
from examples.lectures.lesson import run

FUNCTIONS = {
    "product_plus": ("z", "g + 3", "xy", lambda g: g + 3, lambda x, y: x * y),
    "sum_plus": ("f", "g + 3", "x + y", lambda g: g + 3, lambda x, y: x + y),
    "difference_times": ("f", "2g", "x − y", lambda g: 2 * g, lambda x, y: x - y),
    "product_minus": ("f", "g − 3", "xy", lambda g: g - 3, lambda x, y: x * y),
}
"""For each picture: the name of the result, outer and inner function in symbols and as code."""


def show(lesson):
    """At x = 2, y = 5."""
    print("x = 2, y = 5\n")
    for picture, (name, outer_name, inner_name, outer, inner) in FUNCTIONS.items():
        x = Tensor(2.0, requires_grad=True, name="x")
        y = Tensor(5.0, requires_grad=True, name="y")
        g = inner(x, y)
        f = outer(g)

        (outside,) = gradients(f, [g])
        inside = gradients(g, [x, y])
        print(f"{name} = {outer_name}, g = {inner_name}")
        for variable, slope, whole in zip("xy", inside, gradients(f, [x, y]), strict=True):
            product = f"∂{name}/∂g · ∂g/∂{variable} = {outside:g} · {slope:g} = {outside * slope:g}"
            print(f"  ∂{name}/∂{variable} = {whole:g}, {product}".replace("-", "−"))

        lesson.picture(
            viz.backward_flow(f, names={"g": g, name: f}),
            f"{name} = {outer_name}, g = {inner_name}",
            f"연쇄 법칙: {name} = {outer_name}, g = {inner_name}",
            picture,
        )
        print()


if __name__ == "__main__":
    run(show)
