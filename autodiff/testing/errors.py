"""What the checks raise, and what they warn of."""

from __future__ import annotations


class GradientError(AssertionError):
    """A gradient is wrong, or a rule breaks one of the promises that gradients rest on."""


class UncheckableError(ValueError):
    """Nothing can be said of the gradient: the function or the point does not allow a check."""


class KinkWarning(UserWarning):
    """Some directions could not be checked: a kink lies near, or the point is ill-conditioned."""


class UncheckedWarning(UserWarning):
    """The function found Tensors by itself that want gradients: those were not checked."""
