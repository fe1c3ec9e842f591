"""Optimizers whose step follows the size of each parameter's gradients."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autodiff.typing import Array
from nn.optimizers.optimizer import Optimizer, Schedule, State


class AdaGrad(Optimizer):
    """h ← h + g², w ← w − η g / (√h + ε).

    Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011. Without ε, a parameter whose
    gradients were all 0 would divide 0 by 0.

    Parameters
    ----------
    parameters, learning_rate, **options
        As for `Optimizer`.
    epsilon : float
        ε, positive.
    """

    slots = ("squares",)

    def __init__(
        self,
        parameters: Any,
        learning_rate: float | Schedule = 0.01,
        epsilon: float = 1e-8,
        **options: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, **options)
        self.epsilon = self.positive("epsilon", epsilon)

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """H ← h + g², w ← w − η g / (√h + ε)."""
        h = state["squares"]
        h += g * g
        w -= rate * g / (np.sqrt(h) + self.epsilon)


class RMSProp(AdaGrad):
    """h ← ρ h + (1 − ρ) g², w ← w − η g / (√h + ε).

    Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, 2012.

    Parameters
    ----------
    parameters, learning_rate, epsilon, **options
        As for `AdaGrad`.
    decay : float
        ρ, from 0 to below 1.
    """

    def __init__(
        self,
        parameters: Any,
        learning_rate: float | Schedule = 0.001,
        decay: float = 0.9,
        epsilon: float = 1e-8,
        **options: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, epsilon, **options)
        self.decay = self.fraction("decay", decay)

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """H ← ρ h + (1 − ρ) g², w ← w − η g / (√h + ε)."""
        h = state["squares"]
        _average(h, self.decay, g * g)
        w -= rate * g / (np.sqrt(h) + self.epsilon)


class AdaDelta(Optimizer):
    """h ← ρ h + (1 − ρ) g², d = −√(s + ε) / √(h + ε) g, s ← ρ s + (1 − ρ) d², w ← w + η d.

    Zeiler, "ADADELTA", 2012: there η is 1, and ε stands within the root, so that the first step
    is not 0.

    Parameters
    ----------
    parameters, learning_rate, **options
        As for `Optimizer`.
    decay : float
        ρ, from 0 to below 1.
    epsilon : float
        ε, positive.
    """

    slots = ("squares", "steps")

    def __init__(
        self,
        parameters: Any,
        learning_rate: float | Schedule = 1.0,
        decay: float = 0.95,
        epsilon: float = 1e-6,
        **options: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, **options)
        self.decay = self.fraction("decay", decay)
        self.epsilon = self.positive("epsilon", epsilon)

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """As the class says."""
        h, s = state["squares"], state["steps"]
        _average(h, self.decay, g * g)
        d = -np.sqrt(s + self.epsilon) / np.sqrt(h + self.epsilon) * g
        _average(s, self.decay, d * d)
        w += rate * d


class Adam(Optimizer):
    """m ← β₁ m + (1 − β₁) g, h ← β₂ h + (1 − β₂) g², w ← w − η m̂ / (√ĥ + ε).

    m̂ = m / (1 − β₁ᵗ) and ĥ = h / (1 − β₂ᵗ) at update t. Kingma and Ba, "Adam", 2015.

    Parameters
    ----------
    parameters, learning_rate, **options
        As for `Optimizer`.
    betas : (float, float)
        β₁ and β₂, from 0 to below 1.
    epsilon : float
        ε, positive.
    """

    slots = ("mean", "squares")

    def __init__(
        self,
        parameters: Any,
        learning_rate: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        **options: Any,
    ) -> None:
        super().__init__(parameters, learning_rate, **options)
        if not isinstance(betas, (tuple, list)) or len(betas) != 2:
            raise ValueError(f"{type(self).__name__}: betas {betas!r}; expected two numbers")
        self.betas = (self.fraction("beta 1", betas[0]), self.fraction("beta 2", betas[1]))
        self.epsilon = self.positive("epsilon", epsilon)

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """As the class says."""
        scratch = np.empty_like(w)  # one for all passes: fresh memory costs as much as a pass
        m, h = self.moments(g, state, scratch)
        beta1, beta2 = self.betas
        known = math.sqrt(1 - beta2**t)  # m / (√ĥ + ε) = known · m / (√h + known · ε)
        step = np.sqrt(h, out=scratch)
        step += known * self.epsilon
        np.divide(m, step, out=step)
        step *= rate * known / (1 - beta1**t)
        w -= step

    def moments(self, g: Array, state: State, scratch: Array | None = None) -> tuple[Array, Array]:
        """The running means of g and g², which g has joined; `scratch` is overwritten."""
        m, h = state["mean"], state["squares"]
        _average(m, self.betas[0], g, scratch)
        _average(h, self.betas[1], np.multiply(g, g, out=scratch), scratch)
        return m, h


class AdamW(Adam):
    """Adam, with weight decay by itself: w ← w − η λ w, and then w ← w − η m̂ / (√ĥ + ε).

    So that the decay is the same for all weights. Loshchilov and Hutter, "Decoupled weight decay
    regularization", 2019.

    Parameters
    ----------
    parameters, learning_rate, betas, epsilon, **options
        As for `Adam`.
    weight_decay : float
        λ.
    """

    decoupled = True

    def __init__(
        self,
        parameters: Any,
        learning_rate: float | Schedule = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
        *,
        weight_decay: float = 0.01,
        **options: Any,
    ) -> None:
        super().__init__(
            parameters, learning_rate, betas, epsilon, weight_decay=weight_decay, **options
        )


class RAdam(Adam):
    """Adam whose first steps, while g² is hardly known, are those of momentum.

    ρ∞ = 2 / (1 − β₂) − 1 and ρ = ρ∞ − 2 t β₂ᵗ / (1 − β₂ᵗ). Where ρ > 4, w ← w − η r m̂ / (√ĥ + ε)
    with r² = (ρ − 4)(ρ − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ); before, w ← w − η m̂. Liu et al., "On the
    variance of the adaptive learning rate and beyond", 2020, algorithm 2.

    Its parameters are those of `Adam`.
    """

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """As the class says."""
        m, h = self.moments(g, state, np.empty_like(w))
        beta1, beta2 = self.betas
        step = rate / (1 - beta1**t) * m
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * t * beta2**t / (1 - beta2**t)
        if length <= 4:
            w -= step
            return
        known = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        root = np.sqrt(h / (1 - beta2**t))
        w -= math.sqrt(known) * step / (root + self.epsilon)


def _average(average: Array, decay: float, new: Array, scratch: Array | None = None) -> None:
    """Average ← decay · average + (1 − decay) · new, in place, by way of `scratch`."""
    average *= decay
    average += np.multiply(new, 1 - decay, out=scratch)
