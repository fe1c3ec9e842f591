"""What all optimizers share: groups of parameters, their states, and what is done to gradients."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, TypeAlias

import numpy as np

from autodiff import Tensor
from autodiff.typing import Array
from nn.modules.module import Module, Parameter

Schedule: TypeAlias = Callable[[int], float]
"""A learning rate that changes: from the number of updates done to η."""

State: TypeAlias = dict[str, Any]
"""What is remembered of one parameter: arrays by slot, and as "updates" how many there were."""


@dataclass
class Group:
    """Parameters that are treated alike.

    Parameters
    ----------
    parameters : dict of str to Tensor
        By name.
    learning_rate : float or schedule
        η.
    weight_decay : float
        λ.
    weight_limit : float, optional
        c.
    """

    parameters: dict[str, Tensor]
    learning_rate: float | Schedule
    weight_decay: float = 0.0
    weight_limit: float | None = None


class Optimizer:
    """What all optimizers share; the formula of each is its ``update``.

    Parameters
    ----------
    parameters : Module, or iterable of Tensor, of (name, Tensor), or of groups
        What is updated. A parameter without a gradient, as a frozen one, stays as it is. A
        group is a dict: of "parameters", and where they differ from the others' of
        "learning_rate", "weight_decay" and "weight_limit".
    learning_rate : float or schedule
        η, positive; or a function that gives it for the number of updates done, such as those
        of `nn.schedules`.
    weight_decay : float
        λ: λ w joins the gradient, as if λ/2 ‖w‖² were part of the loss.
    weight_limit : float, optional
        c: after a step, an array of parameters with ‖w‖² > c is scaled back to ‖w‖² = c.
    clip_value : float, optional
        Elements of gradients are held between −`clip_value` and `clip_value`.
    clip_norm : float, optional
        If the norm of all gradients together is larger, they are all scaled down to have it.

    Attributes
    ----------
    groups : list of Group
        May be changed while training goes on.
    updates : int
        How many steps were done.
    states : dict of str to dict
        What is remembered, by the parameters' names.

    Raises
    ------
    TypeError
        If something else is given than Parameters and Tensors that want a gradient.
    ValueError
        If there is no parameter, one is given twice, or a number is out of range.
    """

    slots: ClassVar[tuple[str, ...]] = ()
    """The arrays that are remembered of a parameter; they begin at 0."""

    decoupled: ClassVar[bool] = False
    """Whether weight decay shrinks the weights by itself, instead of joining the gradient."""

    def __init__(
        self,
        parameters: Any,
        learning_rate: float | Schedule,
        *,
        weight_decay: float = 0.0,
        weight_limit: float | None = None,
        clip_value: float | None = None,
        clip_norm: float | None = None,
    ) -> None:
        common = {
            "learning_rate": learning_rate,
            "weight_decay": weight_decay,
            "weight_limit": weight_limit,
        }
        self.groups = list(self._groups(parameters, common))
        self.clip_value = None if clip_value is None else self.positive("clip_value", clip_value)
        self.clip_norm = None if clip_norm is None else self.positive("clip_norm", clip_norm)
        self.updates = 0
        self.states: dict[str, State] = {}
        everything = list(self._parameters())
        if not everything:
            raise ValueError(f"{type(self).__name__}: no parameters were given")
        if len({id(parameter) for _, parameter in everything}) < len(everything):
            raise ValueError(f"{type(self).__name__}: a parameter was given twice")

    def __repr__(self) -> str:
        count = sum(1 for _ in self._parameters())
        return f"{type(self).__name__}(learning_rate={self.learning_rate:g}, {count} parameters)"

    # -- what a subclass declares ---------------------------------------------------------

    def update(self, w: Array, g: Array, state: State, rate: float, t: int) -> None:
        """Change `w` in place by its gradient `g`, which stays as it is.

        Parameters
        ----------
        w, g : array
            The parameter and its gradient.
        state : dict of str to array
            What is remembered, to be changed in place.
        rate : float
            η.
        t : int
            Which update of this parameter it is, from 1.
        """
        raise NotImplementedError(f"{type(self).__name__} has no update")

    # -- training -------------------------------------------------------------------------

    def step(self) -> None:
        """Update every parameter that has a gradient."""
        scale = self._scale()
        for group in self.groups:
            rate = self._rate(group)
            for name, parameter in group.parameters.items():
                if (gradient := parameter.grad) is None:
                    continue
                w, g = parameter.written(), self._clipped(gradient)
                if scale < 1:
                    g = g * scale
                if group.weight_decay and self.decoupled:
                    w *= 1 - rate * group.weight_decay
                elif group.weight_decay:
                    g = g + group.weight_decay * w
                state = self.states.get(name) or self._begun(name, w)
                state["updates"] += 1
                self.update(w, g, state, rate, state["updates"])
                if group.weight_limit is not None:
                    square = float(np.sum(w * w))
                    if square > group.weight_limit:
                        w *= math.sqrt(group.weight_limit / square)
        self.updates += 1

    def _begun(self, name: str, w: Array) -> State:
        """The state of a parameter that has not been updated yet."""
        self.states[name] = {"updates": 0, **{slot: np.zeros_like(w) for slot in self.slots}}
        return self.states[name]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for group in self.groups:
            for parameter in group.parameters.values():
                parameter.zero_grad()

    @property
    def learning_rate(self) -> float:
        """η of the next step, of the first group; what is assigned becomes η of all groups."""
        return self._rate(self.groups[0])

    @learning_rate.setter
    def learning_rate(self, learning_rate: float | Schedule) -> None:
        for group in self.groups:
            group.learning_rate = self._checked_rate(learning_rate)

    def _rate(self, group: Group) -> float:
        rate = group.learning_rate
        return float(rate(self.updates)) if callable(rate) else rate

    def _clipped(self, g: Array) -> Array:
        return g if self.clip_value is None else np.clip(g, -self.clip_value, self.clip_value)

    def _scale(self) -> float:
        """What all gradients are multiplied by so that their norm is at most `clip_norm`."""
        if self.clip_norm is None:
            return 1.0
        gradients = [self._clipped(p.grad) for _, p in self._parameters() if p.grad is not None]
        # In float64: the squares of many float32 lose too much.
        norm = math.sqrt(sum(float(np.sum(np.square(g, dtype=float))) for g in gradients))
        return self.clip_norm / norm if norm > self.clip_norm else 1.0

    # -- saving and restoring -------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """All that changes: "updates", "learning_rates", and "states" by parameters' names.

        The learning rate of a group with a schedule is None: the number of updates tells it.
        """
        rates = (group.learning_rate for group in self.groups)
        return {
            "updates": self.updates,
            "learning_rates": [None if callable(rate) else rate for rate in rates],
            "states": {
                name: {
                    "updates": np.array(state["updates"], np.int64),
                    **{slot: array.copy() for slot, array in state.items() if slot != "updates"},
                }
                for name, state in self.states.items()
            },
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` gave.

        Raises
        ------
        ValueError
            If it is that of other parameters, of another kind of optimizer or of other groups.
            Nothing is changed then.
        """
        if missing := {"updates", "learning_rates", "states"} - state.keys():
            raise ValueError(f"{type(self).__name__}: the state lacks {', '.join(sorted(missing))}")
        own = dict(self._parameters())
        slots = {"updates", *self.slots}
        problems = []
        for name, given in state["states"].items():
            if name not in own:
                problems.append(f"{name} is unknown")
            elif given.keys() != slots:
                problems.append(f"{name} has {sorted(given)}, expected {sorted(slots)}")
            else:
                problems += [
                    f"{name}: {slot} has shape {np.shape(given[slot])}, expected {own[name].shape}"
                    for slot in self.slots
                    if np.shape(given[slot]) != own[name].shape
                ]
        rates = state["learning_rates"]
        if len(rates) != len(self.groups):
            problems.append(f"there are {len(rates)} groups, expected {len(self.groups)}")
        for number, (rate, group) in enumerate(zip(rates, self.groups, strict=False)):
            if rate is None and not callable(group.learning_rate):
                problems.append(f"group {number} had a schedule of the learning rate, and has none")
            elif rate is not None and not 0 < _real(rate) < math.inf:
                problems.append(f"group {number} has the learning rate {rate!r}")
        if problems:
            raise ValueError(f"{type(self).__name__}: {'; '.join(problems)}")
        states: dict[str, State] = {
            name: {
                "updates": int(given["updates"]),
                **{slot: np.array(given[slot]) for slot in self.slots},
            }
            for name, given in state["states"].items()
        }
        self.updates, self.states = int(state["updates"]), states
        for group, rate in zip(self.groups, rates, strict=True):
            if rate is not None:
                group.learning_rate = rate

    # -- what was given -------------------------------------------------------------------

    def positive(self, name: str, value: Any) -> float:
        """`value` as a float, if it is positive and finite."""
        return self._number(name, value, 0 < _real(value) < math.inf, "a positive number")

    def fraction(self, name: str, value: Any) -> float:
        """`value` as a float, if it is from 0 to below 1."""
        return self._number(name, value, 0 <= _real(value) < 1, "a number from 0 to below 1")

    def _number(self, name: str, value: Any, fits: bool, expected: str) -> float:
        if not fits:
            raise ValueError(f"{type(self).__name__}: {name} {value!r}; expected {expected}")
        return float(value)

    def _checked_rate(self, learning_rate: Any) -> float | Schedule:
        if callable(learning_rate):
            return learning_rate  # type: ignore[no-any-return]  # a schedule
        return self.positive("learning rate", learning_rate)

    def _parameters(self) -> Iterator[tuple[str, Tensor]]:
        for group in self.groups:
            yield from group.parameters.items()

    def _groups(self, parameters: Any, common: Mapping[str, Any]) -> Iterator[Group]:
        name = type(self).__name__
        if isinstance(parameters, (Tensor, dict)) or not isinstance(parameters, (Module, Iterable)):
            raise TypeError(
                f"{name}: the parameters are of type {type(parameters).__name__}; give a Module, "
                f"or a list of them: {name}([w], learning_rate)"
            )
        if not isinstance(parameters, Module):
            parameters = list(parameters)
        are_groups = isinstance(parameters, list) and any(isinstance(e, dict) for e in parameters)
        groups = parameters if are_groups else [{"parameters": parameters}]
        taken: set[str] = set()
        for group in groups:
            if not isinstance(group, dict) or "parameters" not in group:
                raise TypeError(f"{name}: {group!r} among groups; expected a dict of parameters")
            if unknown := group.keys() - {"parameters", *common}:
                raise TypeError(
                    f"{name}: a group has {', '.join(sorted(unknown))}; it may have "
                    f"{', '.join(common)}"
                )
            options = {**common, **group}
            decay, limit = options["weight_decay"], options["weight_limit"]
            yield Group(
                dict(self._named(group["parameters"], taken)),
                self._checked_rate(options["learning_rate"]),
                self._number(
                    "weight_decay", decay, 0 <= _real(decay) < math.inf, "a number, at least 0"
                ),
                None if limit is None else self.positive("weight_limit", limit),
            )

    def _named(self, parameters: Any, taken: set[str]) -> Iterator[tuple[str, Tensor]]:
        """Parameters by name; one that has none, or one that is taken, gets a number."""
        if isinstance(parameters, Module):
            parameters = parameters.parameters()
        entries: Iterable[Any] = [parameters] if isinstance(parameters, Tensor) else parameters
        for entry in entries:
            is_pair = isinstance(entry, tuple) and len(entry) == 2 and isinstance(entry[0], str)
            parameter = entry[1] if is_pair else entry
            name: str | None = entry[0] if is_pair else getattr(entry, "name", None)
            wants = isinstance(parameter, Tensor) and parameter.requires_grad
            if wants and parameter.node.op is not None:
                raise TypeError(
                    f"{type(self).__name__}: parameter {len(taken)} is the result of "
                    f"{parameter.node.op.name}, which no step can change; give what it comes from"
                )
            if not wants and not isinstance(parameter, Parameter):  # which may be frozen
                raise TypeError(
                    f"{type(self).__name__}: parameter {len(taken)} is {parameter!r}; expected a "
                    f"Parameter, or a Tensor with requires_grad=True"
                )
            if name is None or name in taken:
                name = f"{len(taken)}" if name is None else f"{len(taken)}:{name}"
            taken.add(name)
            yield name, parameter


def _real(value: Any) -> float:
    """The number, NaN if it is none: no comparison holds for that."""
    return float(value) if isinstance(value, Real) else math.nan
