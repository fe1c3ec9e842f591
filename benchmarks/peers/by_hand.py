"""The lectures' explicit backpropagation, in NumPy alone: every gradient is written out.

The two networks follow the layout of Saito Koki, "Deep Learning from Scratch", chapters 4 and 5:
forward, the loss, then from dy = (y − t) / batch back to each weight, then the update. The images
get no gradient: nothing would use it.
"""

from __future__ import annotations

import math

import numpy as np


class Chain:
    """y ← y · a + b, and its gradients by the product rule."""

    def __init__(self, workload):
        self.x, self.a, self.b, self.seed = workload.arrays()
        self.times = workload.operations // 2

    def step(self):
        """Forward, keeping each y; then backward."""
        a, b = self.a, self.b
        y, ys = self.x, []
        for _ in range(self.times):
            ys.append(y)
            y = y * a + b

        g, ga, gb = self.seed, np.zeros_like(a), np.zeros_like(b)
        for y in reversed(ys):
            gb += g
            ga += g * y
            g = g * a
        self.gradients = g, ga, gb

    def results(self):
        """∂/∂x, ∂/∂a and ∂/∂b."""
        return list(self.gradients)

    def reset(self):
        """Nothing is changed by a step."""


def sigmoid(x):
    """σ(x) = 1 / (1 + exp(−x))."""
    return 1 / (1 + np.exp(-x))


def softmax(a):
    """exp(a) / Σ exp(a) of each row; its maximum is taken off first, so that nothing overflows."""
    e = np.exp(a - a.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def cross_entropy(y, t):
    """The mean of −log of the probability that each row of `y` gives to its class `t`."""
    return -np.log(y[np.arange(len(t)), t]).mean()


def cross_entropy_gradient(y, t):
    """(y − t) / batch, where t stands for the one-hot row."""
    dy = y.copy()
    dy[np.arange(len(t)), t] -= 1
    dy /= len(t)
    return dy


class SGD:
    """w ← w − η g."""

    def __init__(self, learning_rate):
        self.learning_rate = learning_rate

    def update(self, parameters, gradients):
        """Change the parameters in place."""
        for w, g in zip(parameters, gradients, strict=True):
            w -= self.learning_rate * g


class Adam:
    """w ← w − η m̂ / (√ĥ + ε), with running means m of g and h of g²."""

    def __init__(self, learning_rate, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.learning_rate, self.epsilon = learning_rate, epsilon
        self.beta1, self.beta2 = beta1, beta2
        self.t, self.means, self.squares = 0, None, None

    def update(self, parameters, gradients):
        """Change the parameters in place."""
        if self.means is None:
            self.means = [np.zeros_like(w) for w in parameters]
            self.squares = [np.zeros_like(w) for w in parameters]
        self.t += 1
        rate = self.learning_rate / (1 - self.beta1**self.t)
        unbiased = math.sqrt(1 - self.beta2**self.t)
        for w, g, m, h in zip(parameters, gradients, self.means, self.squares, strict=True):
            m *= self.beta1
            m += (1 - self.beta1) * g
            h *= self.beta2
            h += (1 - self.beta2) * g * g
            w -= rate * m / (np.sqrt(h) / unbiased + self.epsilon)


class Network:
    """What the networks below share: images, labels, parameters and an optimizer."""

    def __init__(self, workload):
        self.x, self.t = workload.images(), workload.labels()
        self.initial, self.parameters = workload.parameters(), workload.parameters()
        if workload.optimizer:
            optimizer = {"SGD": SGD, "Adam": Adam}[workload.optimizer]
            self.optimizer = optimizer(workload.learning_rate)

    def results(self):
        """The last loss and the parameters."""
        return [np.asarray(self.loss), *self.parameters]

    def reset(self):
        """Set the parameters to what they were."""
        for parameter, initial in zip(self.parameters, self.initial, strict=True):
            parameter[...] = initial


class TwoLayerNet(Network):
    """Affine, sigmoid, affine, softmax with cross entropy."""

    def step(self):
        """One training step."""
        x, t = self.x, self.t
        w1, b1, w2, b2 = self.parameters

        z1 = sigmoid(x @ w1 + b1)
        y = softmax(z1 @ w2 + b2)
        self.loss = cross_entropy(y, t)

        dy = cross_entropy_gradient(y, t)
        dw2 = z1.T @ dy
        db2 = dy.sum(axis=0)
        dz1 = dy @ w2.T
        da1 = dz1 * z1 * (1 - z1)
        dw1 = x.T @ da1
        db1 = da1.sum(axis=0)

        self.optimizer.update(self.parameters, (dw1, db1, dw2, db2))


class ThreeLayerNet(Network):
    """Affine and ReLU, twice, then affine, softmax with cross entropy."""

    def step(self):
        """One training step."""
        x, t = self.x, self.t
        w1, b1, w2, b2, w3, b3 = self.parameters

        z1 = np.maximum(x @ w1 + b1, 0)
        z2 = np.maximum(z1 @ w2 + b2, 0)
        y = softmax(z2 @ w3 + b3)
        self.loss = cross_entropy(y, t)

        dy = cross_entropy_gradient(y, t)
        dw3 = z2.T @ dy
        db3 = dy.sum(axis=0)
        da2 = (dy @ w3.T) * (z2 > 0)
        dw2 = z1.T @ da2
        db2 = da2.sum(axis=0)
        da1 = (da2 @ w2.T) * (z1 > 0)
        dw1 = x.T @ da1
        db1 = da1.sum(axis=0)

        self.optimizer.update(self.parameters, (dw1, db1, dw2, db2, dw3, db3))


class Prediction(Network):
    """The class probabilities of the two-layer network."""

    def step(self):
        """One prediction."""
        w1, b1, w2, b2 = self.parameters
        z1 = sigmoid(self.x @ w1 + b1)
        self.probabilities = softmax(z1 @ w2 + b2)

    def results(self):
        """The probabilities."""
        return [self.probabilities]


RUNS = {
    "chain": Chain,
    "two_layer": TwoLayerNet,
    "three_layer": ThreeLayerNet,
    "inference": Prediction,
}
