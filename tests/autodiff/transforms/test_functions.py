"""Derivatives of functions: values, nesting, containers, what comes back and what is refused."""

import math
import threading
from collections import defaultdict, namedtuple

import numpy as np
import pytest

import autodiff as ad
import nn
from autodiff import Tensor, grad, hessian, hvp, jacobian, jvp, no_grad, value_and_grad, vjp


def cube(x):
    return x * x * x


def rosenbrock(x):
    return ((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2).sum()


def rosenbrock_hessian(x):
    h = np.zeros((len(x), len(x)))
    for i in range(len(x) - 1):
        h[i, i] += 2 - 400 * (x[i + 1] - x[i] ** 2) + 800 * x[i] ** 2
        h[i, i + 1] = h[i + 1, i] = -400 * x[i]
        h[i + 1, i + 1] += 200
    return h


X = np.array([0.3, -0.8, 1.2, 0.5])
V = np.array([1.0, -2.0, 0.5, 3.0])


class TestGrad:
    def test_values(self):
        assert grad(cube)(2.0) == 12
        g = grad(lambda x, y: (x * y).sum(), argnums=(1, 0))(X, V)
        np.testing.assert_array_equal(g, (X, V))
        assert type(g) is tuple
        np.testing.assert_array_equal(grad(lambda x, y: (x * y).sum(), argnums=-1)(X, V), X)

    def test_the_fifth_derivative_of_a_polynomial_is_zero(self):
        f = cube
        for expected in (12, 12, 6, 0, 0):
            f = grad(f)
            assert f(2.0) == expected

    def test_what_f_does_not_depend_on_gets_zeros(self):
        np.testing.assert_array_equal(grad(lambda x: Tensor(3.0))(X), np.zeros(4))
        assert grad(lambda x: grad(lambda y: 3.0 * y)(1.0))(2.0) == 0
        g = grad(lambda x, y: y * y, argnums=(0, 1))(X, 2.0)
        np.testing.assert_array_equal(g[0], np.zeros(4))
        assert g[1] == 4

    def test_other_arguments_may_be_anything(self):
        def f(x, power, *, scale):
            return scale["by"] * x**power

        assert grad(f)(3.0, 2, scale={"by": 5}) == 30

    def test_value_and_grad(self):
        calls = []

        def f(x):
            calls.append(x)
            return cube(x)

        assert value_and_grad(f)(2.0) == (8, 12)
        assert len(calls) == 1

    def test_dtype_and_memory(self):
        x = np.ones(3, np.float32)
        g = grad(lambda x: (x + x * 0).sum())(x)
        assert g.dtype == np.float32
        assert not np.shares_memory(g, x)
        g += 1  # belongs to the caller
        a, b = grad(lambda a, b: (a + b).sum(), (0, 1))(x, x)
        assert not np.shares_memory(a, b)

    def test_arguments_are_not_recorded_by_it(self):
        x = Tensor(X)
        assert type(grad(rosenbrock)(x)) is np.ndarray
        assert not x.requires_grad

    def test_names(self):
        assert grad(cube).__name__ == "grad(cube)"
        assert hessian(cube).__name__ == "hessian(cube)"


P = {"w": np.array([1.0, 2.0]), "layers": [(2.0, np.array([[3.0]]))]}


def of_containers(p):
    ((b, m),) = p["layers"]
    return (p["w"] ** 3).sum() * b + m[0, 0] ** 2


class TestContainers:
    def test_gradient_is_built_like_the_argument(self):
        g = grad(of_containers)(P)
        assert list(g) == ["w", "layers"]
        np.testing.assert_array_equal(g["w"], [6, 24])
        ((b, m),) = g["layers"]
        assert type(g["layers"]) is list
        assert type(g["layers"][0]) is tuple
        assert b == 9
        np.testing.assert_array_equal(m, [[6]])

    def test_named_tuples(self):
        point = namedtuple("point", "x y")
        g = grad(lambda p: p.x * p.y)(point(2.0, 3.0))
        assert type(g) is point
        assert g == (3, 2)

    def test_hessian_is_a_container_of_containers(self):
        h = hessian(of_containers)(P)
        np.testing.assert_array_equal(h["w"]["w"], [[12, 0], [0, 24]])
        ((b, m),) = h["w"]["layers"]
        np.testing.assert_array_equal(b, [3, 12])
        np.testing.assert_array_equal(m, np.zeros((2, 1, 1)))
        assert h["layers"][0][1]["layers"][0][1].shape == (1, 1, 1, 1)

    def test_products(self):
        v = {"w": np.array([1.0, 0.0]), "layers": [(0.5, np.array([[2.0]]))]}
        h = hvp(of_containers, P, v)
        np.testing.assert_allclose(h["w"], [12 + 1.5, 6])
        y, tangent = jvp(of_containers, [P], [v])
        assert y == 27
        assert tangent == 6 + 4.5 + 12

    def test_results(self):
        def f(x):
            return {"square": x * x, "parts": (x[0], [x.sum()])}

        y, back = vjp(f, X)
        assert list(y) == ["square", "parts"]
        np.testing.assert_array_equal(y["square"], X * X)
        (g,) = back({"square": V, "parts": (2.0, [3.0])})
        np.testing.assert_allclose(g, 2 * X * V + [5, 3, 3, 3])
        j = jacobian(f)(X)
        np.testing.assert_array_equal(j["square"], np.diag(2 * X))
        np.testing.assert_array_equal(j["parts"][1][0], np.ones(4))

    def test_what_is_built_otherwise_is_refused(self):
        _, back = vjp(lambda p: p, [X, X])
        with pytest.raises(ValueError, match=r"arrays at \[0\] were given for arrays at \[0\], "):
            back([X])
        with pytest.raises(ValueError, match="built alike"):
            jvp(of_containers, [P], [X])
        with pytest.raises(TypeError, match=r"argument 0\['n'\]\[1\] is int64"):
            grad(lambda p: p["n"][0])({"n": [1.0, np.arange(2)]})


class TestMatrices:
    def test_shape_is_that_of_the_result_and_of_the_argument(self):
        x = np.arange(6.0).reshape(2, 3)
        j = jacobian(lambda x: ad.stack([x.sum(axis=0)] * 4))(x)
        assert j.shape == (4, 3, 2, 3)
        for k in range(4):
            for i in range(3):
                expected = np.zeros((2, 3))
                expected[:, i] = 1
                np.testing.assert_array_equal(j[k, i], expected)

    def test_rows_and_columns_agree(self):
        """Tall Jacobians come column by column, wide ones row by row."""
        a = np.random.default_rng(0).normal(size=(3, 5))
        for matrix in (a, a.T):
            j = jacobian(lambda x, matrix=matrix: ad.tanh(matrix @ x))(
                np.full(matrix.shape[1], 0.1)
            )
            slope = 1 - np.tanh(0.1 * matrix.sum(axis=1)) ** 2
            np.testing.assert_allclose(j, slope[:, None] * matrix, rtol=1e-14)

    def test_of_numbers(self):
        assert jacobian(cube)(2.0) == 12
        np.testing.assert_array_equal(jacobian(lambda t: ad.stack([t, t * t]))(3.0), [1, 6])
        assert jacobian(cube)(2.0).shape == ()

    def test_empty(self):
        assert jacobian(lambda x: x * 2)(np.zeros((0, 2))).shape == (0, 2, 0, 2)
        assert jacobian(lambda x: x.sum())(np.zeros(0)).shape == (0,)

    def test_hessian(self):
        np.testing.assert_allclose(hessian(rosenbrock)(X), rosenbrock_hessian(X), rtol=1e-13)

    def test_mixed_derivatives(self):
        h = hessian(lambda x, y: x * x * y, argnums=(0, 1))(3.0, 5.0)
        assert h == ((10, 6), (6, 0))

    def test_hvp_is_the_hessian_times_the_vector(self):
        np.testing.assert_allclose(hvp(rosenbrock, X, V), rosenbrock_hessian(X) @ V, rtol=1e-13)
        assert hvp(lambda x: x.sum(), X, V).tolist() == [0, 0, 0, 0]  # linear


NESTINGS = {
    "reverse over reverse": lambda f, x: grad(lambda y: (grad(f)(y) * V).sum())(x),
    "forward over reverse": lambda f, x: jvp(grad(f), [x], [V])[1],
    "reverse over forward": lambda f, x: grad(lambda y: jvp(f, [y], [V])[1])(x),
    "jacobian of grad": lambda f, x: jacobian(grad(f))(x) @ V,
    "jacobian of jvp": lambda f, x: jacobian(lambda y: jvp(f, [y], [V])[1])(x),
    "vjp of grad": lambda f, x: vjp(grad(f), x)[1](V)[0],
    "grad of vjp": lambda f, x: grad(lambda y: (vjp(f, y)[1](1.0)[0] * V).sum())(x),
    "hvp": lambda f, x: hvp(f, x, V),
    "hvp in jvp": lambda f, x: jvp(lambda v: hvp(f, x, v), [V], [V])[1],
}


@pytest.mark.parametrize("nesting", NESTINGS.values(), ids=NESTINGS)
def test_every_order_of_nesting_gives_the_hessian_product(nesting):
    np.testing.assert_allclose(nesting(rosenbrock, X), rosenbrock_hessian(X) @ V, rtol=1e-12)


def test_forward_over_forward():
    second = jvp(lambda x: jvp(rosenbrock, [x], [V])[1], [X], [V])[1]
    np.testing.assert_allclose(second, V @ rosenbrock_hessian(X) @ V, rtol=1e-12)
    third = jvp(lambda x: jvp(lambda y: jvp(cube, [y], [1.0])[1], [x], [1.0])[1], [2.0], [1.0])[1]
    assert third == 6


class TestPerturbations:
    """Derivatives inside of differentiated functions (Siskind and Pearlmutter, 2005)."""

    def test_inner_derivative_of_a_sum_is_one(self):
        assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1
        assert jvp(lambda x: x * jvp(lambda y: x + y, [1.0], [1.0])[1], [1.0], [1.0])[1] == 1

    def test_inner_derivative_at_the_outer_argument(self):
        # d/dx x · (d/dy xy at y = x) = d/dx x²: with confusion it would be 3x² or 4x.
        assert grad(lambda x: x * grad(lambda y: x * y)(x))(3.0) == 6
        assert jvp(lambda x: x * jvp(lambda y: x * y, [x], [1.0])[1], [3.0], [1.0])[1] == 6
        assert grad(lambda x: x * jvp(lambda y: x * y, [x], [1.0])[1])(3.0) == 6
        assert jvp(lambda x: x * grad(lambda y: x * y)(x), [3.0], [1.0])[1] == 6

    def test_outer_argument_as_direction(self):
        # d/dx (x² cos'(x)…): the tangent of sin along x at x is x cos x.
        def f(x):
            return jvp(ad.sin, [x], [x])[1]

        np.testing.assert_allclose(grad(f)(0.7), np.cos(0.7) - 0.7 * np.sin(0.7), rtol=1e-14)

    def test_function_that_keeps_an_old_argument(self):
        kept = []

        def f(x):
            kept.append(x)
            return sum(kept) * x

        assert grad(f)(1.0) == 2
        # The first argument is a constant to the second call, and nothing of it is lost.
        assert grad(f)(2.0).item() == 1 + 2 * 2

    def test_same_tensor_as_argument_and_by_another_way(self):
        x = Tensor(3.0, requires_grad=True)
        g = grad(lambda y: x * y)(x)  # ∂/∂y alone
        assert g.item() == 3
        g.backward()
        assert x.grad == 1


class TestLinked:
    """Tensors come back where something older is being recorded, else arrays."""

    def test_by_an_argument(self):
        x = Tensor(2.0, requires_grad=True)
        g = grad(cube)(x)
        g.backward()
        assert x.grad == 12
        y, tangent = jvp(cube, [x], [1.0])
        assert (y.item(), tangent.item()) == (8, 12)

    def test_by_what_the_function_finds(self):
        w = Tensor(2.0, requires_grad=True)
        g = grad(lambda x: w * x * x)(3.0)
        g.backward()
        assert w.grad == 6
        assert isinstance(jacobian(lambda x: w * x)(X), Tensor)
        assert isinstance(hvp(lambda x: (w * x * x).sum(), X, V), Tensor)

    def test_by_a_direction(self):
        v = Tensor(V, requires_grad=True)
        jvp(rosenbrock, [X], [v])[1].backward()
        np.testing.assert_allclose(v.grad, grad(rosenbrock)(X), rtol=1e-14)
        _, back = vjp(lambda x: x * x, X)
        u = Tensor(V, requires_grad=True)
        back(u)[0].sum().backward()
        np.testing.assert_array_equal(u.grad, 2 * X)

    def test_else_arrays(self):
        for result in (
            grad(rosenbrock)(X),
            hvp(rosenbrock, X, V),
            jacobian(grad(rosenbrock))(X),
            *jvp(rosenbrock, [X], [V]),
            vjp(rosenbrock, X)[0],
            *vjp(rosenbrock, X)[1](1.0),
            *value_and_grad(rosenbrock)(X),
        ):
            assert type(result) is np.ndarray

    def test_within_no_grad(self):
        w = Tensor(2.0, requires_grad=True)
        with no_grad():
            g = grad(lambda x: w * x * x)(3.0)
            assert type(g) is np.ndarray
            assert g == 12
            assert hessian(lambda x: w * x * x)(w) == 4

    def test_no_grad_within(self):
        def f(x):
            with no_grad():
                constant = x * x
            return constant * x

        assert grad(f)(3.0) == 9


def test_parameters_of_a_model():
    model = nn.Sequential(nn.Affine(3, 2, dtype=float), nn.Tanh())
    x = np.random.default_rng(0).normal(size=(4, 3))
    g = grad(lambda x: (model(x) ** 2).sum())(x)
    assert isinstance(g, Tensor)  # to be trained on, as in a gradient penalty
    penalty = (g * g).sum()
    penalty.backward()
    assert all(p.grad is not None for p in model.parameters())


class TestMemory:
    """What comes back belongs to the caller: no rule needs it any more."""

    def test_writing_the_value_changes_no_later_product(self):
        y, back = vjp(np.exp, np.array([1.0, 2.0]))
        expected = y.copy()
        y -= 1
        np.testing.assert_array_equal(back(np.ones(2))[0], expected)

    def test_nothing_is_shared(self):
        x = np.array([1.0, 2.0])
        y, back = vjp(lambda a: (a, a, a**3), x)
        assert not any(np.shares_memory(y[i], y[j]) for i in range(3) for j in range(i))
        y[0][:] = 0
        np.testing.assert_allclose(back((0 * x, 0 * x, np.ones(2)))[0], 3 * x**2)
        assert x.tolist() == [1, 2]


class TestAfterwards:
    """A derivative that has been computed records nobody any more."""

    def test_jacobian_of_a_pull_back(self):
        _, back = vjp(np.exp, np.ones(3))
        j = jacobian(lambda u: back(u)[0])(np.ones(3))
        assert type(j) is np.ndarray
        np.testing.assert_allclose(j, np.e * np.eye(3))

    def test_derivatives_inside_of_a_recomputation(self):
        def f(x):
            return ad.checkpoint(lambda: grad(lambda t: (ad.sin(t) * x).sum())(x).sum())

        # Σ x cos x, whose gradient is cos x − x sin x
        expected = np.cos(X) - X * np.sin(X)
        np.testing.assert_allclose(grad(f)(X), expected, rtol=1e-14)
        np.testing.assert_allclose(vjp(f, X)[1](1.0)[0], expected, rtol=1e-14)

    def test_a_parameter_that_is_made_on_first_use_is_recorded(self):
        made = []

        def f(x):
            if not made:
                made.append(Tensor(V, requires_grad=True))
            return (made[0] * x * x).sum()

        for _ in range(2):
            slope = grad(f)(X)
            slope.sum().backward()
        np.testing.assert_array_equal(made[0].grad, 2 * (2 * X))


def test_dtype_of_a_jacobian_is_that_of_the_argument():
    x, w = np.ones(2, np.float32), Tensor([1.0, 2.0])
    assert jacobian(lambda a: (a * w).sum())(x).dtype == np.float32
    assert jacobian(lambda a: ad.concatenate([a * w, a * w]))(x).dtype == np.float32


def test_hooks_are_for_gradients_not_for_tangents():
    def f(x):
        h = x * 3
        h.register_hook(lambda g: np.clip(g, -0.5, 0.5))
        return h

    assert jvp(f, [np.ones(2)], [np.ones(2)])[1].tolist() == [3, 3]
    np.testing.assert_array_equal(jacobian(f)(np.ones(2)), 3 * np.eye(2))
    np.testing.assert_array_equal(
        jacobian(lambda x: ad.concatenate([f(x), f(x)]))(np.ones(2)), 3 * np.tile(np.eye(2), (2, 1))
    )
    assert hvp(lambda x: (f(x) ** 2).sum(), np.ones(2), np.ones(2)).tolist() == [18, 18]
    assert grad(lambda x: f(x).sum())(np.ones(2)).tolist() == [1.5, 1.5]


def test_dictionaries_of_other_kinds_and_orders():
    p = defaultdict(list, b=2.0, a=3.0)
    g = grad(lambda p: p["a"] ** 2 * p["b"] + len(p["none"]))(p)
    assert type(g) is defaultdict
    assert dict(g) == {"b": 9, "a": 12}
    _, back = vjp(lambda a: {"p": a, "q": 2 * a}, X)
    np.testing.assert_array_equal(back({"q": X, "p": V})[0], V + 2 * X)


def test_vjp_may_be_called_again():
    y, back = vjp(lambda x: ad.exp(x), np.linspace(0, 1, 100))
    for scale in (1, 2):
        np.testing.assert_allclose(back(np.full(100, scale))[0], scale * y, rtol=1e-15)


def test_threads_do_not_disturb_each_other():
    results = []

    def work():
        results.append(hessian(rosenbrock)(X))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for result in results:
        np.testing.assert_array_equal(result, results[0])


def test_deep_functions():
    def f(x):
        for _ in range(5000):
            x = x + 1e-3 * x
        return x

    np.testing.assert_allclose(grad(f)(1.0), 1.001**5000, rtol=1e-10)
    np.testing.assert_allclose(jvp(f, [1.0], [1.0])[1], 1.001**5000, rtol=1e-10)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: grad(3.0), TypeError, r"grad: float was given; expected a function"),
        (lambda: grad(cube)(3), TypeError, r"grad: argument 0 is int64; .*3\.0"),
        (lambda: grad(cube)("x"), TypeError, "argument 0 is str"),
        (lambda: grad(cube)(1j), TypeError, "argument 0 is complex128"),
        (lambda: grad(cube, 1)(2.0), TypeError, "argnums=1, but 1 argument"),
        (lambda: grad(cube, "x")(2.0), TypeError, "argnums='x'; expected an integer"),
        (lambda: grad(max, (0, 0))(2.0, 1.0), TypeError, "names an argument twice"),
        (lambda: grad(cube)(X), ValueError, r"grad: the function gave shape \(4,\)"),
        (lambda: grad(lambda x: (x, x))(1.0), ValueError, "gave tuple; expected one number"),
        (lambda: grad(math.sin)(1.0), TypeError, "gave float, which nothing links"),
        (lambda: grad(lambda x: x.numpy().sum())(X), TypeError, "gave float64, which nothing"),
        (lambda: grad(cube)(np.ma.array([1.0])), TypeError, r"masked array; write \.filled"),
        (lambda: grad(lambda x: "no")(1.0), TypeError, "the function gave str"),
        (lambda: grad(lambda x: None)(1.0), TypeError, "the function gave NoneType"),
        (lambda: jvp(cube, X, V), TypeError, r"jvp: xs is of type ndarray; .*jvp\(f, \[x\]"),
        (lambda: jvp(cube, [X], [V[:2]]), ValueError, r"shape \(2,\) was given for shape \(4,\)"),
        (lambda: vjp(cube, X)[1](V[:2]), ValueError, r"shape \(2,\) was given for shape \(4,\)"),
        (lambda: vjp(cube, X)[1](V * 1j), TypeError, "complex128 was given"),
        (lambda: hvp(cube, X, V), ValueError, "hvp: the function gave shape"),
        (lambda: hvp(rosenbrock, X, 1.0), ValueError, r"hvp: shape \(\) was given"),
        (lambda: jacobian(cube)(np.arange(3)), TypeError, "jacobian: argument 0 is int64"),
    ],
)
def test_refusals(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()
