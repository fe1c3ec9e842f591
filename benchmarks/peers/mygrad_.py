"""The workloads in MyGrad, with the layers and the loss of its `nnet`."""

from __future__ import annotations

import mygrad as mg
import numpy as np
from mygrad.nnet.activations import relu, sigmoid, softmax
from mygrad.nnet.layers import conv_nd, max_pool
from mygrad.nnet.losses import softmax_crossentropy

RNG = np.random.default_rng(0)


class Chain:
    """y ← y · a + b, recorded."""

    def __init__(self, workload):
        *self.arrays, self.seed = workload.arrays()
        self.times = workload.operations // 2

    def step(self):
        """Forward and backward."""
        x, a, b = (mg.tensor(array) for array in self.arrays)
        y = x
        for _ in range(self.times):
            y = y * a + b
        y.backward(self.seed)
        self.gradients = [x.grad, a.grad, b.grad]

    def results(self):
        """∂/∂x, ∂/∂a and ∂/∂b."""
        return self.gradients

    def reset(self):
        """Nothing is changed by a step."""


def two_layer(parameters, x, p=0):
    """The logits of affine, sigmoid, affine."""
    w1, b1, w2, b2 = parameters
    return sigmoid(x @ w1 + b1) @ w2 + b2


def three_layer(parameters, x, p=0):
    """The logits of affine and ReLU, twice, then affine."""
    w1, b1, w2, b2, w3, b3 = parameters
    return relu(relu(x @ w1 + b1) @ w2 + b2) @ w3 + b3


def convolution(x, w, b, padding=0):
    """Convolution and ReLU."""
    return relu(conv_nd(x, w, stride=1, padding=padding) + b.reshape(1, -1, 1, 1))


def simple_conv(parameters, x, p=0):
    """The logits of a convolution, pooling, and two affine layers."""
    w1, b1, w2, b2, w3, b3 = parameters
    z = max_pool(convolution(x, w1, b1), (2, 2), 2)
    return relu(z.reshape(len(x), -1) @ w2 + b2) @ w3 + b3


def deep_conv(parameters, x, p=0):
    """The logits of six convolutions, three poolings, two affine layers and dropout."""
    *convolutions, w7, b7, w8, b8 = parameters
    z = x
    for number, (w, b) in enumerate(zip(convolutions[::2], convolutions[1::2], strict=True)):
        z = convolution(z, w, b, padding=2 if number == 3 else 1)
        if number % 2:
            z = max_pool(z, (2, 2), 2)
    return dropout(relu(z.reshape(len(x), -1) @ w7 + b7), p) @ w8 + b8


def dropout(x, p):
    """`x` with a part `p` of its elements dropped; MyGrad has no layer for it."""
    if p == 0:
        return x
    kept = RNG.random(x.shape, dtype=np.float32) >= p
    return x * (kept / np.asarray(1 - p, x.dtype))


class SGD:
    """w ← w − η g."""

    def __init__(self, parameters, learning_rate):
        self.parameters, self.learning_rate = parameters, learning_rate

    def step(self):
        """Update all parameters."""
        for w in self.parameters:
            w.data -= self.learning_rate * w.grad


class Adam:
    """w ← w − η m̂ / (√ĥ + ε), with running means m of g and h of g²."""

    def __init__(self, parameters, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.parameters, self.learning_rate, self.t = parameters, learning_rate, 0
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.means = [np.zeros_like(w.data) for w in parameters]
        self.squares = [np.zeros_like(w.data) for w in parameters]

    def step(self):
        """Update all parameters."""
        self.t += 1
        rate = self.learning_rate / (1 - self.beta1**self.t)
        for w, m, h in zip(self.parameters, self.means, self.squares, strict=True):
            m *= self.beta1
            m += (1 - self.beta1) * w.grad
            h *= self.beta2
            h += (1 - self.beta2) * w.grad * w.grad
            w.data -= rate * m / (np.sqrt(h / (1 - self.beta2**self.t)) + self.epsilon)


NETWORKS = {
    "two_layer": two_layer,
    "three_layer": three_layer,
    "simple_conv": simple_conv,
    "deep_conv": deep_conv,
}


class Training:
    """A network, a loss and an optimizer."""

    def __init__(self, workload):
        self.x, self.t = workload.images(), workload.labels()
        self.p = workload.dropout
        self.initial = workload.parameters()
        self.parameters = [mg.tensor(array) for array in self.initial]
        self.network = NETWORKS[workload.name]
        optimizer = {"SGD": SGD, "Adam": Adam}[workload.optimizer]
        self.optimizer = optimizer(self.parameters, workload.learning_rate)

    def step(self):
        """One training step; a gradient is forgotten when its parameter is used again."""
        self.loss = softmax_crossentropy(self.network(self.parameters, self.x, self.p), self.t)
        self.loss.backward()
        self.optimizer.step()

    def results(self):
        """The last loss and the parameters."""
        return [self.loss.data, *(parameter.data for parameter in self.parameters)]

    def reset(self):
        """Set the parameters to what they were."""
        for parameter, initial in zip(self.parameters, self.initial, strict=True):
            parameter.data[...] = initial


class Prediction:
    """The class probabilities of the two-layer network."""

    def __init__(self, workload):
        self.x = workload.images()
        self.parameters = [mg.tensor(array) for array in workload.parameters()]

    def step(self):
        """One prediction."""
        with mg.no_autodiff:
            self.probabilities = softmax(two_layer(self.parameters, self.x)).data

    def results(self):
        """The probabilities."""
        return [self.probabilities]

    def reset(self):
        """Nothing is changed by a step."""


RUNS = {
    "chain": Chain,
    "two_layer": Training,
    "three_layer": Training,
    "simple_conv": Training,
    "deep_conv": Training,
    "inference": Prediction,
}
