"""From the losses of samples to one number."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

from autodiff import Tensor, mean
from autodiff import sum as summed
from autodiff.typing import Shape, Value, as_floating

Reduction: TypeAlias = Literal["mean", "sum", "none"]

REDUCTIONS: Final = ("mean", "sum", "none")


def reduced(losses: Value, reduction: Reduction, total: float | None = None) -> Tensor:
    """The losses as they are, their sum or mean; over the total of their weights, if any."""
    if reduction == "none":
        return losses  # type: ignore[no-any-return]  # a Tensor
    if reduction == "mean" and total is None:
        return mean(losses)
    loss = summed(losses)
    return loss if reduction == "sum" or total is None else loss * (1 / total)


def check_reduction(shape: Shape, reduction: Reduction, caller: str) -> None:
    """Refuse another reduction, and predictions of shape `shape` that hold nothing."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"{caller}: reduction {reduction!r}; expected 'mean', 'sum' or 'none'")
    if 0 in shape:
        raise ValueError(f"{caller}: predictions of shape {shape} hold no sample")


def pair_of(prediction: Any, target: Any, reduction: Reduction, caller: str) -> tuple[Any, Any]:
    """Predictions and targets that may be compared: of one shape, and not empty."""
    y, t = as_floating(prediction), as_floating(target)
    if y.shape != t.shape:
        raise ValueError(
            f"{caller}: a prediction of shape {y.shape} for a target of shape {t.shape}; the "
            f"shapes must be equal{'; write target[:, None]' if y.shape == (*t.shape, 1) else ''}"
        )
    check_reduction(y.shape, reduction, caller)
    # Targets that are data do not decide the dtype of the loss.
    return y, t if isinstance(t, Tensor) else t.astype(y.dtype)
