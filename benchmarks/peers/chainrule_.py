"""The workloads in this project, written as its README writes them."""

from __future__ import annotations

import nn
from autodiff import Tensor
from examples.models import DeepConvNet, SimpleConvNet, TwoLayerNet


class Chain:
    """y ← y · a + b, recorded."""

    def __init__(self, workload):
        *self.arrays, self.seed = workload.arrays()
        self.times = workload.operations // 2

    def step(self):
        """Forward and backward."""
        x, a, b = (Tensor(array, requires_grad=True) for array in self.arrays)
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


def network(workload):
    """The network that is asked for."""
    if workload.name == "three_layer":
        return nn.Sequential(
            nn.Affine(784, 512), nn.ReLU(), nn.Affine(512, 512), nn.ReLU(), nn.Affine(512, 10)
        )
    if workload.name == "simple_conv":
        return SimpleConvNet(workload.image)
    if workload.name == "deep_conv":
        return DeepConvNet(workload.image, p=workload.dropout)
    return TwoLayerNet(workload.image)


def with_parameters(model, arrays):
    """`model` with these arrays, in their dtype, as parameters."""
    arrays = iter(arrays)
    for _, module in model.named_modules():
        for name, value in list(vars(module).items()):
            if isinstance(value, nn.Parameter):
                setattr(module, name, nn.Parameter(next(arrays)))
    return model


class Training:
    """A model, a loss and an optimizer."""

    def __init__(self, workload):
        self.x, self.t = workload.images(), workload.labels()
        self.model = with_parameters(network(workload), workload.parameters())
        self.initial = self.model.state_dict()
        self.loss_function = nn.SoftmaxCE()
        optimizer = {"SGD": nn.SGD, "Adam": nn.Adam}[workload.optimizer]
        self.optimizer = optimizer(self.model, learning_rate=workload.learning_rate)

    def step(self):
        """One training step."""
        self.optimizer.zero_grad()
        self.loss = self.loss_function(self.model(self.x), self.t)
        self.loss.backward()
        self.optimizer.step()

    def results(self):
        """The last loss and the parameters."""
        return [self.loss.numpy(), *(parameter.numpy() for parameter in self.model.parameters())]

    def reset(self):
        """Set the parameters to what they were."""
        self.model.load_state_dict(self.initial)


class Prediction:
    """The class probabilities of the two-layer network."""

    def __init__(self, workload):
        self.x = workload.images()
        self.model = with_parameters(network(workload), workload.parameters()).eval()

    def step(self):
        """One prediction."""
        self.probabilities = self.model.predict(self.x)

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
