"""The workloads in JAX on the CPU, with jit and without.

Each step waits for its results, as a training loop that shows the loss does. With jit, the whole
step (loss, gradients, update) is one compiled function; the first call, which compiles it, is not
measured. Without, every operation is dispatched by itself.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

LAYOUT = ("NHWC", "HWIO", "NHWC")
"""Channels last, as JAX's users have them: the convolutions are faster so."""


class Chain:
    """y ← y · a + b, and its vector-Jacobian product."""

    def __init__(self, workload, jit):
        jax.config.update("jax_enable_x64", workload.dtype == "float64")
        *arrays, seed = workload.arrays()
        self.arrays, self.seed = [jnp.array(array) for array in arrays], jnp.array(seed)
        self.times = workload.operations // 2
        self.vjp = jax.jit(self._vjp) if jit else self._vjp

    def _vjp(self, x, a, b, seed):
        def chain(x, a, b):
            y = x
            for _ in range(self.times):
                y = y * a + b
            return y

        _, backward = jax.vjp(chain, x, a, b)
        return backward(seed)

    def step(self):
        """Forward and backward."""
        self.gradients = jax.block_until_ready(self.vjp(*self.arrays, self.seed))

    def results(self):
        """∂/∂x, ∂/∂a and ∂/∂b."""
        return [np.asarray(gradient) for gradient in self.gradients]

    def reset(self):
        """Nothing is changed by a step."""


def two_layer(parameters, x, dropped):
    """The logits of affine, sigmoid, affine."""
    (w1, b1), (w2, b2) = parameters
    return jax.nn.sigmoid(x @ w1 + b1) @ w2 + b2


def three_layer(parameters, x, dropped):
    """The logits of affine and ReLU, twice, then affine."""
    (w1, b1), (w2, b2), (w3, b3) = parameters
    return jax.nn.relu(jax.nn.relu(x @ w1 + b1) @ w2 + b2) @ w3 + b3


def convolution(x, layer, padding=0):
    """Convolution and ReLU."""
    w, b = layer
    y = lax.conv_general_dilated(x, w, (1, 1), [(padding, padding)] * 2, dimension_numbers=LAYOUT)
    return jax.nn.relu(y + b)


def max_pool(x):
    """The maximum of each 2×2 window; the gradient of `lax.reduce_window` is slow on the CPU."""
    samples, height, width, channels = x.shape
    return x.reshape(samples, height // 2, 2, width // 2, 2, channels).max((2, 4))


def flatten(x):
    """One row for each sample, in the order in which the other libraries have it."""
    return x.transpose(0, 3, 1, 2).reshape(len(x), -1)


def simple_conv(parameters, x, dropped):
    """The logits of a convolution, pooling, and two affine layers."""
    first, (w2, b2), (w3, b3) = parameters
    z = max_pool(convolution(x, first))
    return jax.nn.relu(flatten(z) @ w2 + b2) @ w3 + b3


def deep_conv(parameters, x, dropped):
    """The logits of six convolutions, three poolings, two affine layers and dropout."""
    *convolutions, (w7, b7), (w8, b8) = parameters
    z = x
    for number, layer in enumerate(convolutions):
        z = convolution(z, layer, padding=2 if number == 3 else 1)
        if number % 2:
            z = max_pool(z)
    z = jax.nn.relu(flatten(z) @ w7 + b7)
    return dropped(z) @ w8 + b8


NETWORKS = {
    "two_layer": two_layer,
    "three_layer": three_layer,
    "simple_conv": simple_conv,
    "deep_conv": deep_conv,
    "inference": two_layer,
}


def sgd(parameters, gradients, state, learning_rate):
    """w ← w − η g."""
    return jax.tree.map(lambda w, g: w - learning_rate * g, parameters, gradients), state


def adam(parameters, gradients, state, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """w ← w − η m̂ / (√ĥ + ε), with running means m of g and h of g²."""
    t, means, squares = state
    t = t + 1
    means = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, means, gradients)
    squares = jax.tree.map(lambda h, g: beta2 * h + (1 - beta2) * g * g, squares, gradients)
    # t may be float64, where that is enabled; the parameters stay in their dtype.
    rate = (learning_rate / (1 - beta1**t)).astype(means[0][0].dtype)
    unbiased = (1 - beta2**t).astype(means[0][0].dtype)
    parameters = jax.tree.map(
        lambda w, m, h: w - rate * m / (jnp.sqrt(h / unbiased) + epsilon),
        parameters,
        means,
        squares,
    )
    return parameters, (t, means, squares)


class Network:
    """A function of parameters, which are pairs of weight and bias."""

    def __init__(self, workload):
        jax.config.update("jax_enable_x64", workload.dtype == "float64")
        self.network = NETWORKS[workload.name]
        images = workload.images()
        self.x = jnp.array(images.transpose(0, 2, 3, 1) if images.ndim == 4 else images)
        self.arrays = [
            array.transpose(2, 3, 1, 0) if array.ndim == 4 else array
            for array in workload.parameters()
        ]
        self.reset()

    def reset(self):
        """Set the parameters to what they were."""
        arrays = [jnp.array(array) for array in self.arrays]
        self.parameters = list(zip(arrays[::2], arrays[1::2], strict=True))


class Training(Network):
    """The gradient of the loss by all parameters, and an update."""

    def __init__(self, workload, jit):
        super().__init__(workload)
        self.t = jnp.array(workload.labels())
        self.p = workload.dropout
        self.learning_rate = workload.learning_rate
        self.key = jax.random.key(0)
        self.update, self.state = sgd, ()
        if workload.optimizer == "Adam":
            means, squares = (jax.tree.map(jnp.zeros_like, self.parameters) for _ in range(2))
            self.update, self.state = adam, (jnp.zeros(()), means, squares)
        self.train = jax.jit(self._train, donate_argnums=(0, 1)) if jit else self._train

    def _loss(self, parameters, x, t, key):
        def dropped(z):
            if self.p == 0:
                return z
            kept = jax.random.bernoulli(key, 1 - self.p, z.shape)
            return jnp.where(kept, z / (1 - self.p), 0)

        logs = jax.nn.log_softmax(self.network(parameters, x, dropped))
        return -jnp.take_along_axis(logs, t[:, None], axis=1).mean()

    def _train(self, parameters, state, x, t, key):
        key, used = jax.random.split(key) if self.p else (key, None)
        loss, gradients = jax.value_and_grad(self._loss)(parameters, x, t, used)
        parameters, state = self.update(parameters, gradients, state, self.learning_rate)
        return loss, parameters, state, key

    def step(self):
        """One training step."""
        self.loss, self.parameters, self.state, self.key = jax.block_until_ready(
            self.train(self.parameters, self.state, self.x, self.t, self.key)
        )

    def results(self):
        """The last loss and the parameters."""
        arrays = [np.asarray(array) for array in (self.loss, *jax.tree.leaves(self.parameters))]
        return [array.transpose(3, 2, 0, 1) if array.ndim == 4 else array for array in arrays]


class Prediction(Network):
    """The class probabilities of the two-layer network."""

    def __init__(self, workload, jit):
        super().__init__(workload)
        self.predict = jax.jit(self._predict) if jit else self._predict

    def _predict(self, parameters, x):
        return jax.nn.softmax(self.network(parameters, x, None))

    def step(self):
        """One prediction."""
        self.probabilities = np.asarray(self.predict(self.parameters, self.x))

    def results(self):
        """The probabilities."""
        return [self.probabilities]


RUNS = {
    "chain": Chain,
    "two_layer": Training,
    "three_layer": Training,
    "simple_conv": Training,
    "deep_conv": Training,
    "inference": Prediction,
}
