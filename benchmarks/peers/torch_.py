"""The workloads in PyTorch, eager, on the CPU."""

from __future__ import annotations

import os

import torch
from torch import nn

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))


class Chain:
    """y ← y · a + b, recorded."""

    def __init__(self, workload):
        *self.arrays, seed = workload.arrays()
        self.seed = torch.from_numpy(seed)
        self.times = workload.operations // 2

    def step(self):
        """Forward and backward."""
        x, a, b = (torch.tensor(array, requires_grad=True) for array in self.arrays)
        y = x
        for _ in range(self.times):
            y = y * a + b
        y.backward(self.seed)
        self.gradients = [x.grad, a.grad, b.grad]

    def results(self):
        """∂/∂x, ∂/∂a and ∂/∂b."""
        return [gradient.numpy() for gradient in self.gradients]

    def reset(self):
        """Nothing is changed by a step."""


def two_layer(workload):
    """Linear, sigmoid, linear."""
    return nn.Sequential(nn.Linear(784, 50), nn.Sigmoid(), nn.Linear(50, 10))


def three_layer(workload):
    """Linear and ReLU, twice, then linear."""
    return nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )


def simple_conv(workload):
    """A convolution, pooling, and two linear layers."""
    return nn.Sequential(
        nn.Conv2d(1, 30, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(30 * 12 * 12, 100),
        nn.ReLU(),
        nn.Linear(100, 10),
    )


def deep_conv(workload):
    """Six convolutions, three poolings, two linear layers and dropout."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 32, 3, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 4 * 4, 50),
        nn.ReLU(),
        nn.Dropout(workload.dropout),
        nn.Linear(50, 10),
    )


NETWORKS = {
    "two_layer": two_layer,
    "three_layer": three_layer,
    "simple_conv": simple_conv,
    "deep_conv": deep_conv,
    "inference": two_layer,
}


class Network:
    """A module with the workload's parameters; `nn.Linear` keeps its weights transposed."""

    def __init__(self, workload):
        self.x = torch.from_numpy(workload.images())
        self.model = NETWORKS[workload.name](workload)
        self.model.to(getattr(torch, workload.dtype))
        self.initial = [
            torch.from_numpy(array.T.copy() if array.ndim == 2 else array)
            for array in workload.parameters()
        ]
        self.reset()

    def reset(self):
        """Set the parameters to what they were."""
        with torch.no_grad():
            for parameter, initial in zip(self.model.parameters(), self.initial, strict=True):
                parameter.copy_(initial)


class Training(Network):
    """A model, a loss and an optimizer."""

    def __init__(self, workload):
        super().__init__(workload)
        self.t = torch.from_numpy(workload.labels())
        self.loss_function = nn.CrossEntropyLoss()
        optimizer = {"SGD": torch.optim.SGD, "Adam": torch.optim.Adam}[workload.optimizer]
        self.optimizer = optimizer(self.model.parameters(), lr=workload.learning_rate)

    def step(self):
        """One training step."""
        self.optimizer.zero_grad(set_to_none=True)
        self.loss = self.loss_function(self.model(self.x), self.t)
        self.loss.backward()
        self.optimizer.step()

    def results(self):
        """The last loss and the parameters."""
        parameters = [parameter.detach().numpy() for parameter in self.model.parameters()]
        return [self.loss.detach().numpy(), *(p.T if p.ndim == 2 else p for p in parameters)]


class Prediction(Network):
    """The class probabilities of the two-layer network."""

    def __init__(self, workload):
        super().__init__(workload)
        self.model.eval()

    @torch.inference_mode()
    def step(self):
        """One prediction."""
        self.probabilities = torch.softmax(self.model(self.x), dim=1).numpy()

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
