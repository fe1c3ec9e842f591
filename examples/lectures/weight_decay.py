"""Weight decay: λ/2 ‖w‖² joins the loss, so that large weights must be worth their price.

Its gradient is λw: each step shrinks the weights a little. A network with small weights draws
smooth borders, and does not go round single points.
"""

import numpy as np

import nn
from autodiff import Tensor
from examples.lectures.lesson import run
from viz import plots
from viz.plots.figure import Figure


def draw_points(count, rng):
    """Points in the plane; class 1 is above a wave."""
    x = rng.uniform(-1, 1, (count, 2))
    return x, (x[:, 1] > 0.6 * np.sin(3 * x[:, 0])).astype(int)


def show(lesson):
    """One step by hand, then a network with three λ."""
    w = Tensor([3.0, -4.0], requires_grad=True)
    (0.1 / 2 * (w**2).sum()).backward()
    by_hand = w.numpy() - 0.5 * w.grad
    w.grad = np.zeros(2)  # of a loss that does not ask for these weights
    nn.SGD([w], 0.5, weight_decay=0.1).step()
    print("one step with λ = 0.1, η = 0.5 from w = (3, −4), where the loss is flat:")
    print(f"  w − ηλw                 {by_hand}".replace("-", "−"))
    print(f"  nn.SGD, weight_decay    {w.numpy()}\n".replace("-", "−"))

    (x, t), test = draw_points(100, lesson.rng), draw_points(2000, lesson.rng)
    t = np.where(lesson.rng.random(len(t)) < 0.1, 1 - t, t)
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    print("accuracy   training   test     ‖w‖²")
    for axes, decay in zip(figure.subplots(1, 3, sharey=True), (0, 0.003, 0.03), strict=True):
        model = nn.Sequential(
            nn.Affine(2, 100, initialiser=nn.initialisers.He(), rng=lesson.rng),
            nn.ReLU(),
            nn.Affine(100, 2, rng=lesson.rng),
        )
        nn.fit(
            model,
            nn.SoftmaxCE(),
            nn.Adam(model, 0.02, weight_decay=decay),
            (x, t),
            epochs=300 if lesson.quick else 1000,
            rng=lesson.rng,
            log=None,
        )
        training, other = (
            nn.accuracy(nn.predict(model, points), classes) for points, classes in ((x, t), test)
        )
        square = sum((weight.numpy() ** 2).sum() for weight in model.parameters())
        print(f"λ = {decay:<5}   {training:8.3f}   {other:.3f}   {square:6.0f}")
        plots.decision_regions(model, x, t, resolution=120, title=f"λ = {decay}", axes=axes)
        axes.get_legend().remove()
    lesson.picture(
        figure,
        "Weight decay smooths what is learned; a tenth of the points are in the wrong class",
        "가중치 감소의 세기에 따른 결정 영역 (점의 10%는 레이블이 틀림)",
    )


if __name__ == "__main__":
    run(show)
