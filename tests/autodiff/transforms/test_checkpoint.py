"""Checkpointing: the same gradients to the bit, for less memory."""

import gc
import tracemalloc

import numpy as np
import pytest

import autodiff as ad
import nn
from autodiff import Tensor, checkpoint, gradients, once, primitives, scope
from viz import backward_flow, graph


def leaf(*shape, seed=0, name=None):
    values = np.random.default_rng(seed).normal(size=shape)
    return Tensor(values, requires_grad=True, name=name)


def slopes(y, xs):
    for x in xs:
        x.zero_grad()
    y.backward()
    return [None if x.grad is None else x.grad.copy() for x in xs]


def assert_same_bits(f, xs, *arguments):
    """Σ f, with and without a checkpoint, gives the same bits for all of xs."""
    plain = slopes(f(*arguments).sum(), xs)
    kept = slopes(checkpoint(f, *arguments).sum(), xs)
    for a, b in zip(plain, kept, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(a is not None and a.any() for a in plain)


class TestMemory:
    LAYERS = 100

    def _peak(self, run):
        gc.collect()
        tracemalloc.start()
        run().backward()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    def test_a_chain_of_100_layers_takes_a_quarter(self):
        weights = [leaf(16, 16, seed=i) for i in range(self.LAYERS)]
        x = leaf(1000, 16, seed=1000)

        def part(start):
            def run(h):
                for w in weights[start : start + 10]:
                    h = ad.tanh(h @ (w * 0.25))
                return h

            return run

        def chain(step):
            h = x
            for start in range(0, self.LAYERS, 10):
                h = step(part(start), h)
            return h.sum()

        peaks, found = [], []
        for step in (lambda f, h: f(h), checkpoint):
            for t in (x, *weights):
                t.zero_grad()
            peaks.append(self._peak(lambda step=step: chain(step)))
            found.append([t.grad for t in (x, *weights)])
        assert peaks[0] >= 4 * peaks[1]
        for a, b in zip(*found, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_nothing_of_the_forward_pass_stays(self):
        x = leaf(1000)
        gc.collect()
        tracemalloc.start()
        y = checkpoint(lambda x: ad.exp(ad.sin(ad.exp(ad.sin(x)))), x)
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert held < 1.5 * y.numpy().nbytes + 10_000


class TestGradients:
    def test_of_arguments_and_of_what_the_function_finds(self):
        x, w = leaf(5, 3), leaf(3, 2, seed=1)
        assert_same_bits(lambda h: ad.tanh(h @ w), [x, w], x)

    def test_of_what_was_computed_before(self):
        """A value found by the function, and a parameter that both it and that value use."""
        x, w = leaf(3), leaf(3, seed=1)
        h = ad.exp(w)
        plain = slopes((x * h * w).sum(), [x, w])
        h = ad.exp(w)
        kept = slopes(checkpoint(lambda x: x * h * w, x).sum(), [x, w])
        for a, b in zip(plain, kept, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-15)

    def test_same_tensor_in_two_places(self):
        x = leaf(3)
        assert_same_bits(lambda a, b: a * ad.exp(b), [x], x, x)
        assert_same_bits(lambda a: a * ad.exp(x), [x], x)

    def test_without_arguments(self):
        w = leaf(3)
        assert_same_bits(lambda: ad.exp(w), [w])

    def test_intermediate_arguments(self):
        x = leaf(3)
        y = checkpoint(ad.exp, ad.sin(x))
        z = ad.exp(ad.sin(x))
        np.testing.assert_array_equal(*(gradients(t.sum(), [x])[0] for t in (y, z)))

    def test_containers_and_other_arguments(self):
        x, w = leaf(3), leaf(3, seed=1)

        def f(parts, power, *, labels=None):
            return {"y": parts["x"] ** power * parts["w"][0], "same": power, "x": parts["x"]}

        result = checkpoint(f, {"x": x, "w": [w, np.arange(3)]}, 2)
        assert result["same"] == 2
        expected = slopes((x**2 * w).sum() + x.sum(), [x, w])
        actual = slopes(result["y"].sum() + result["x"].sum(), [x, w])
        for a, b in zip(expected, actual, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-15)

    def test_only_one_of_several_results_is_used(self):
        x, w = leaf(3), leaf(3, seed=1)
        first, _ = checkpoint(lambda x: (x * x, ad.exp(w)), x)
        assert gradients(first.sum(), [w]) == [None] or not gradients(first.sum(), [w])[0].any()
        np.testing.assert_array_equal(gradients(first.sum(), [x])[0], 2 * x.numpy())

    def test_nested(self):
        x, w = leaf(4), leaf(4, seed=1)

        def inner(h):
            return ad.sin(h * w)

        def outer(h):
            for _ in range(3):
                h = checkpoint(inner, h) + h
            return h

        plain = slopes(sum_of(lambda h: ad.sin(h * w) + h, x), [x, w])
        kept = slopes(checkpoint(outer, x).sum(), [x, w])
        for a, b in zip(plain, kept, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14)

    def test_higher_orders(self):
        x, w = leaf(3), leaf(3, seed=1)

        def f(h):
            return ad.sin(h * h * w)

        thirds = []
        for step in (lambda f, h: f(h), checkpoint):
            (g,) = gradients(step(f, x).sum(), [x], create_graph=True)
            (h,) = gradients((g * g).sum(), [w], create_graph=True)
            (third,) = gradients((h * h).sum(), [x])
            thirds.append(third)
        np.testing.assert_allclose(*thirds, rtol=1e-12)

    def test_in_transforms(self):
        x = np.array([0.3, 0.5])

        def f(x):
            return ad.sin(x * x).sum()

        def g(x):
            return checkpoint(f, x)

        np.testing.assert_allclose(ad.hessian(g)(x), ad.hessian(f)(x), rtol=1e-13)
        np.testing.assert_allclose(ad.jvp(g, [x], [x])[1], ad.jvp(f, [x], [x])[1], rtol=1e-13)

    def test_backward_twice(self):
        x = leaf(100)
        y = checkpoint(ad.exp, x).sum()
        y.backward(retain_graph=True)
        once_ = x.grad.copy()
        y.backward()
        np.testing.assert_array_equal(x.grad, 2 * once_)
        with pytest.raises(RuntimeError, match="released"):
            y.backward()

    def test_a_derivative_inside(self):
        x = leaf(3)

        def f(h):
            return ad.grad(lambda t: ad.sin(t).sum())(h)

        np.testing.assert_allclose(slopes(checkpoint(f, x).sum(), [x])[0], -np.sin(x.numpy()))

    def test_dtype(self):
        x = Tensor(np.ones(3, np.float32), requires_grad=True)
        y = checkpoint(ad.exp, x)
        y.sum().backward()
        assert y.dtype == x.grad.dtype == np.float32

    @pytest.mark.parametrize("shape", [(), (0,), (2, 0)])
    def test_shapes(self, shape):
        x = Tensor(np.ones(shape), requires_grad=True)
        checkpoint(ad.exp, x).sum().backward()
        np.testing.assert_array_equal(x.grad, np.exp(np.ones(shape)))


def sum_of(step, h):
    for _ in range(3):
        h = step(h)
    return h.sum()


class TestOnce:
    def model(self):
        nn.seed(3)
        return nn.Sequential(
            nn.Affine(6, 8, dtype=float),
            nn.BatchNorm(8, dtype=float),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Affine(8, 2, dtype=float),
        )

    def test_dropout_and_batch_norm(self):
        x = np.random.default_rng(0).normal(size=(20, 6))
        found = []
        for step in (lambda f, x: f(x), checkpoint):
            model = self.model()
            nn.seed(5)
            losses = [(step(model, x) ** 2).sum() for _ in range(2)]
            for loss in losses:
                loss.backward()
            state = model.state_dict()
            found.append([*(p.grad for p in model.parameters()), *state.values(), losses[1].item()])
        for a, b in zip(*found, strict=True):
            np.testing.assert_array_equal(a, b)

    def test_in_nested_checkpoints(self):
        x = leaf(50)
        rng = np.random.default_rng(0)
        calls = []

        def noisy(h):
            noise = once(lambda: (calls.append(1), rng.normal(size=h.shape))[1])
            return h * noise

        y = checkpoint(lambda h: checkpoint(noisy, checkpoint(noisy, h)), x)
        y.sum().backward()
        np.testing.assert_allclose(x.grad, y.numpy() / x.numpy(), rtol=1e-14)
        assert len(calls) == 2

    def test_elsewhere_it_is_just_a_call(self):
        values = iter([1, 2])
        assert once(lambda: next(values)) == 1
        assert once(lambda: next(values)) == 2

    def test_what_is_drawn_without_it_is_noticed(self):
        x, rng = leaf(3), np.random.default_rng(0)
        y = checkpoint(lambda h: h * rng.normal(size=3), x).sum()
        with pytest.raises(RuntimeError, match=r"run again.*autodiff\.once"):
            y.backward()
        assert x.grad is None

    def test_more_occurrences_than_before_are_noticed(self):
        x, calls = leaf(3), []

        def f(h):
            calls.append(1)
            for _ in calls:
                h = h * once(lambda: 1.0)
            return h

        with pytest.raises(RuntimeError, match="run again"):
            checkpoint(f, x).sum().backward()


class TestGuards:
    def test_writes_in_between_are_noticed(self):
        x, w = leaf(100), leaf(100, seed=1)
        for written in (x, w):
            y = checkpoint(lambda h: h * w, x).sum()
            written.data += 1
            with pytest.raises(RuntimeError, match="written"):
                y.backward()

    def test_writes_that_the_gradient_alone_feels_are_noticed(self):
        x, w = Tensor(np.zeros(3), requires_grad=True), leaf(3)
        y = checkpoint(lambda h: h * w, x).sum()
        w.data += 1  # y stays 0
        with pytest.raises(RuntimeError, match="written"):
            y.backward()

    def test_an_error_leaves_the_modes_as_they_were(self):
        x, calls = leaf(3), []

        def f(h):
            calls.append(1)
            if len(calls) > 1:
                raise ZeroDivisionError
            return h * 2

        y = checkpoint(f, x).sum()
        with pytest.raises(ZeroDivisionError) as caught:
            y.backward()
        assert any("checkpoint" in note for note in caught.value.__notes__)
        assert x.grad is None
        assert once(lambda: 7) == 7

    def test_refuses_what_is_no_function(self):
        with pytest.raises(TypeError, match="checkpoint: Tensor was given"):
            checkpoint(leaf(3))

    def test_nothing_wanted(self):
        assert type(checkpoint(ad.exp, np.zeros(2))) is np.ndarray
        assert not checkpoint(ad.exp, Tensor(0.0)).requires_grad
        with ad.no_grad():
            assert not checkpoint(ad.exp, leaf(2)).requires_grad
        x = leaf(2)
        assert checkpoint(lambda h: 3, x) == 3


def test_modes_of_the_first_run_hold_in_the_second():
    x, seen = leaf(3), []

    def f(h):
        y = nn.functional.sigmoid(h)
        seen.append((y.node.op.name, y.node.scope))
        return y

    with scope("part"), primitives():
        y = checkpoint(f, x)
    assert y.node.scope.path == "part"
    y.sum().backward()
    assert seen[0] == seen[1]
    assert seen[0][0] == "reciprocal"


def test_hooks_of_what_the_function_finds_run_once():
    w, x, seen = leaf(3), leaf(3, seed=1), []
    w.register_hook(seen.append)
    checkpoint(lambda h: h * w, x).sum().backward()
    assert len(seen) == 1


def test_hooks_that_the_function_puts_on_its_argument():
    def f(q):
        q.register_hook(lambda g: g * 10)
        return q * q

    x = leaf(3)
    checkpoint(f, x).sum().backward()
    np.testing.assert_array_equal(x.grad, 20 * x.numpy())
    found = []
    for step in (lambda f, x: f(x), checkpoint):
        x = leaf(3)
        (g,) = gradients(step(f, x).sum(), [x], create_graph=True)
        found.append(gradients(g.sum(), [x])[0])  # through the hook, whose own gradient it sees
    np.testing.assert_array_equal(*found)


def test_can_be_drawn():
    x = leaf(3, name="x")
    y = checkpoint(lambda h: ad.exp(h * 2), x).sum()
    for diagram in (graph(y), backward_flow(y)):
        assert "checkpoint" in diagram.source
        assert "checkpoint" in str(diagram)
