"""The workloads in autograd, whose users differentiate functions of NumPy code."""

from __future__ import annotations

import autograd.numpy as np
import numpy
from autograd import make_vjp, value_and_grad


class Chain:
    """y ← y · a + b, recorded."""

    def __init__(self, workload):
        *self.arrays, self.seed = workload.arrays()
        self.times = workload.operations // 2

    def chain(self, x, a, b):
        """The last y."""
        y = x
        for _ in range(self.times):
            y = y * a + b
        return y

    def step(self):
        """Forward and backward."""
        vjp, _ = make_vjp(self.chain, argnum=(0, 1, 2))(*self.arrays)
        self.gradients = vjp(self.seed)

    def results(self):
        """∂/∂x, ∂/∂a and ∂/∂b."""
        return list(self.gradients)

    def reset(self):
        """Nothing is changed by a step."""


def two_layer(parameters, x):
    """The logits of affine, sigmoid, affine."""
    w1, b1, w2, b2 = parameters
    z1 = 1 / (1 + np.exp(-(np.dot(x, w1) + b1)))
    return np.dot(z1, w2) + b2


def three_layer(parameters, x):
    """The logits of affine and ReLU, twice, then affine."""
    w1, b1, w2, b2, w3, b3 = parameters
    z1 = np.maximum(np.dot(x, w1) + b1, 0)
    z2 = np.maximum(np.dot(z1, w2) + b2, 0)
    return np.dot(z2, w3) + b3


def cross_entropy(logits, t):
    """The mean of log Σ exp(a) − a[t]; the maximum is taken off first."""
    shifted = logits - np.max(logits, axis=1, keepdims=True)
    logs = shifted - np.log(np.sum(np.exp(shifted), axis=1, keepdims=True))
    return -np.mean(logs[numpy.arange(len(t)), t])


def sgd(parameters, gradients, learning_rate, state):
    """w ← w − η g."""
    for w, g in zip(parameters, gradients, strict=True):
        w -= learning_rate * g


def adam(parameters, gradients, learning_rate, state, beta1=0.9, beta2=0.999, epsilon=1e-8):
    """w ← w − η m̂ / (√ĥ + ε), with running means m of g and h of g²."""
    if not state:
        state.update(t=0, m=[np.zeros_like(w) for w in parameters])
        state.update(h=[np.zeros_like(w) for w in parameters])
    state["t"] += 1
    for w, g, m, h in zip(parameters, gradients, state["m"], state["h"], strict=True):
        m *= beta1
        m += (1 - beta1) * g
        h *= beta2
        h += (1 - beta2) * g * g
        root = np.sqrt(h / (1 - beta2 ** state["t"]))
        w -= learning_rate / (1 - beta1 ** state["t"]) * m / (root + epsilon)


NETWORKS = {"two_layer": two_layer, "three_layer": three_layer}


class Training:
    """The gradient of the loss by all parameters, and an update."""

    def __init__(self, workload):
        self.x, self.t = workload.images(), workload.labels()
        self.initial, self.parameters = workload.parameters(), workload.parameters()
        network = NETWORKS[workload.name]
        self.gradient = value_and_grad(
            lambda parameters, x, t: cross_entropy(network(parameters, x), t)
        )
        self.update = {"SGD": sgd, "Adam": adam}[workload.optimizer]
        self.learning_rate, self.state = workload.learning_rate, {}

    def step(self):
        """One training step."""
        self.loss, gradients = self.gradient(self.parameters, self.x, self.t)
        self.update(self.parameters, gradients, self.learning_rate, self.state)

    def results(self):
        """The last loss and the parameters."""
        return [numpy.asarray(self.loss), *self.parameters]

    def reset(self):
        """Set the parameters to what they were."""
        for parameter, initial in zip(self.parameters, self.initial, strict=True):
            parameter[...] = initial


class Prediction:
    """The class probabilities of the two-layer network."""

    def __init__(self, workload):
        self.x, self.parameters = workload.images(), workload.parameters()

    def step(self):
        """One prediction."""
        logits = two_layer(self.parameters, self.x)
        e = np.exp(logits - np.max(logits, axis=1, keepdims=True))
        self.probabilities = e / np.sum(e, axis=1, keepdims=True)

    def results(self):
        """The probabilities."""
        return [self.probabilities]

    def reset(self):
        """Nothing is changed by a step."""


RUNS = {
    "chain": Chain,
    "two_layer": Training,
    "three_layer": Training,
    "inference": Prediction,
}
