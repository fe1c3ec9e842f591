"""Rules that are wrong, each in one way: what the kit must find.

Every entry of `WRONG` names the fault and gives what is checked, its inputs, the order up to which,
and words of the report that must tell what it is.
"""

from dataclasses import dataclass, field

import numpy as np

import autodiff as ad
from autodiff import INPUTS, NOTHING, OUTPUT, RESIDUAL, Op, Tensor


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


@dataclass
class Fault:
    """Something wrong, and what the report must say of it."""

    name: str
    function: object
    inputs: tuple
    says: str
    order: int = 1
    options: dict = field(default_factory=dict)


WRONG = []


def fault(name, says, *inputs, order=1, **options):
    """Enter a class of operations, or a function, into the table."""

    def enter(wrong):
        function = wrong() if isinstance(wrong, type) else wrong
        WRONG.append(Fault(name, function, inputs, says, order, options))
        return wrong

    return enter


class Square(Op):
    """x², the base of many."""

    saves = INPUTS

    def forward(self, x):
        return x * x

    def vjp(self, g, x):
        return (2 * g * x,)


class Product(Op):
    """x @ w."""

    saves = INPUTS

    def forward(self, x, w):
        return x @ w

    def vjp(self, g, x, w):
        return g @ w.T, x.T @ g


class Sum(Op):
    """x + y, broadcasting by itself: its rule must sum."""

    saves = INPUTS

    def forward(self, x, y):
        return x + y


# -- factors ------------------------------------------------------------------------------


@fault("one per mille too small", "0.999 times it", draw(3, 4))
class Scaled(Square):
    def vjp(self, g, x):
        return (0.999 * 2 * g * x,)


@fault("half a per cent too large", "1.005 times it", draw(30, 40))
class SlightlyScaled(Square):
    def vjp(self, g, x):
        return (1.005 * 2 * g * x,)


@fault("a millionth too large", "1.000001", draw(1))
class BarelyScaled(Square):
    def vjp(self, g, x):
        return ((1 + 1e-6) * 2 * g * x,)


@fault("half", "half of it", draw(3, 4))
class Half(Square):
    def vjp(self, g, x):
        return (g * x,)


@fault("twice", "twice it", draw(3, 4))
class Twice(Square):
    def vjp(self, g, x):
        return (4 * g * x,)


@fault("negated", "sign is wrong", draw(3, 4))
class Negated(Square):
    def vjp(self, g, x):
        return (-2 * g * x,)


@fault("zero", "zero", draw(3, 4))
class Zero(Square):
    def vjp(self, g, x):
        return (0 * g * x,)


@fault("none given", "zero", draw(3, 4), draw(3, 4, seed=1))
class Forgotten(Op):
    saves = INPUTS

    def forward(self, x, y):
        return x * y

    def vjp(self, g, x, y):
        return g * y, None


@fault("a factor n missing in a mean", "4 times it", draw(3, 4))
class MeanWithoutCount(Op):
    saves = INPUTS

    def forward(self, x):
        return x.mean(axis=1)

    def vjp(self, g, x):
        return (g.reshape(3, 1) + 0 * x,)


@fault("a factor missing in a broadcast sum", "1/3 times it", draw(3, 4), draw(4))
class BroadcastMean(Sum):
    def vjp(self, g, x, y):
        return g, g.mean(axis=0)


# -- places -------------------------------------------------------------------------------


@fault("transposed", "transposed", draw(3, 3), draw(3, 3, seed=1))
class Transposed(Product):
    def vjp(self, g, x, w):
        return (g @ w.T).T, x.T @ g


@fault("operand not transposed", "entries differ", draw(3, 3), draw(3, 3, seed=1))
class NotTransposed(Product):
    def vjp(self, g, x, w):
        return g @ w, x.T @ g


@fault("one element of a hundred wrong", "1 of 100 entries differ", draw(10, 10))
class OneElement(Square):
    def vjp(self, g, x):
        mask = np.ones((10, 10))
        mask[3, 7] = 0.9
        return (2 * g * x * mask,)


@fault("one element of ten thousand wrong", "index (31, 17)", draw(100, 100))
class OneOfMany(Square):
    def vjp(self, g, x):
        mask = np.ones((100, 100))
        mask[31, 17] = 0.99
        return (2 * g * x * mask,)


@fault("rows in reverse", "reversed along axis 0", draw(4, 3))
class Reversed(Op):
    def forward(self, x):
        return 3 * x

    def vjp(self, g):
        return (3 * g[::-1],)


@fault("a permutation for its inverse", "wrong places", draw(5))
class Permuted(Op):
    order = np.array([1, 2, 3, 4, 0])

    def forward(self, x):
        return x[self.order]

    def vjp(self, g):
        return (g[self.order],)


@fault("a cumulative sum in the wrong direction", "entries differ", draw(3, 5))
class Accumulated(Op):
    def forward(self, x):
        return np.cumsum(x, axis=1)

    def vjp(self, g):
        return (np.cumsum(g, axis=1),)


@fault("broadcasting undone over the wrong axis", "entries differ", draw(4, 4), draw(4))
class WrongAxis(Sum):
    def vjp(self, g, x, y):
        return g, g.sum(axis=1)


@fault("fan-in swapped", "are the inputs swapped", draw(3, 3), draw(3, 3, seed=1))
class Swapped(Op):
    saves = INPUTS

    def forward(self, x, y):
        return x * y

    def vjp(self, g, x, y):
        return g * x, g * y


@fault("wrong in one input of three", "input 2", draw(3), draw(3, seed=1), draw(3, seed=2))
class OneOfThree(Op):
    saves = INPUTS

    def forward(self, x, y, z):
        return x * y * z

    def vjp(self, g, x, y, z):
        return g * y * z, g * x * z, g * x * x


@fault(
    "wrong in a small input beside a large one", "input 1", 1e6 * draw(5), 1e-6 * draw(5, seed=1)
)
class HiddenByScale(Op):
    saves = INPUTS

    def forward(self, x, y):
        return 3 * x + y

    def vjp(self, g, x, y):
        return 3 * g, 1.001 * g


@fault("wrong in a small entry beside a large one", "index (1,)", np.array([1e6, 1e-6, 1.0]))
class HiddenEntry(Square):
    def vjp(self, g, x):
        return (2 * g * x * np.array([1.0, 1.01, 1.0]),)


# -- accumulation -------------------------------------------------------------------------


@fault("= for += in a rule", "entries differ", draw(4))
class Gathered(Op):
    """Takes an element twice."""

    index = np.array([0, 1, 1, 3])
    saves = INPUTS

    def forward(self, x):
        return x[self.index]

    def vjp(self, g, x):
        slopes = 0 * x
        if isinstance(slopes, Tensor):
            return (ad.index_update(slopes, self.index, g),)
        slopes[self.index] = g
        return (slopes,)


@fault("writes into its cotangent", "writes into its cotangent", draw(3))
class Writing(Square):
    def vjp(self, g, x):
        if isinstance(g, np.ndarray):
            g *= 2
            return (g * x,)
        return (2 * g * x,)


@fault("writes into its input", "writes into what was saved", draw(3))
class WritingInput(Square):
    def vjp(self, g, x):
        slopes = 2 * g * x
        if isinstance(x, np.ndarray):
            x[...] = 0
        return (slopes,)


@fault("forward writes into its input", "was changed", draw(3))
def writing_forward(x):
    y = ad.exp(x)
    x._array *= 1.5
    return y


@fault("gradients in one shared buffer", "overwritten by a later call", draw(3))
class Buffered(Square):
    buffer = np.zeros(3)

    def vjp(self, g, x):
        if isinstance(g, np.ndarray):
            np.multiply(2 * g, x, out=self.buffer)
            return (self.buffer,)
        return (2 * g * x,)


@fault("a stale value", "stale", draw(3))
class Stale(Op):
    """Keeps what it needs on itself, where the next call overwrites it."""

    saves = NOTHING

    def forward(self, x):
        self.x = x
        return x * x

    def vjp(self, g):
        return (2 * g * self.x,)


# -- the cotangent ------------------------------------------------------------------------


@fault("the cotangent left out", "cotangent left out", draw(3))
class LeftOut(Square):
    def vjp(self, g, x):
        return (2 * x + 0 * g,)


@fault("the absolute cotangent", "not linear in the cotangent", draw(3))
class Absolute(Square):
    def vjp(self, g, x):
        return (2 * abs(g) * x,)


@fault("right for positive cotangents alone", "not linear in the cotangent", draw(3))
class PositiveOnly(Square):
    def vjp(self, g, x):
        return (2 * ad.maximum(g, 0.0) * x,)


@fault("square in the cotangent", "not linear in the cotangent", draw(3))
class SquareCotangent(Square):
    def vjp(self, g, x):
        return (2 * g * g * x,)


@fault("clipped cotangents", "not linear in the cotangent", draw(50))
class Clipped(Square):
    def vjp(self, g, x):
        return (2 * ad.clip(g, -2.0, 2.0) * x,)


@fault("large cotangents clipped", "not linear in the cotangent", draw(5))
class ClippedFarOut(Square):
    def vjp(self, g, x):
        return (2 * ad.clip(g, -1e3, 1e3) * x,)


@fault("small cotangents dropped", "not linear in the cotangent", draw(5))
class Thresholded(Square):
    def vjp(self, g, x):
        return (2 * ad.where(abs(g) < 1e-3, 0.0, g) * x,)


@fault("the mean of the cotangents", "entries differ", draw(4))
class MeanCotangent(Square):
    def vjp(self, g, x):
        return (2 * g.mean() * x,)


# -- missing terms ------------------------------------------------------------------------


@fault("softmax without its centring", "entries differ", draw(3, 4))
class Softmax(Op):
    saves = OUTPUT

    def forward(self, x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    def vjp(self, g, y):
        return (y * g,)


@fault("standardised, the mean not taken off", "off by the same number along axis 0", draw(5, 3))
class Standardised(Op):
    saves = INPUTS

    def forward(self, x):
        return (x - x.mean(axis=0)) / x.std(axis=0)

    def vjp(self, g, x):
        deviation = np.sqrt(((x - x.mean(axis=0)) ** 2).mean(axis=0))
        y = (x - x.mean(axis=0)) / deviation
        return ((g - y * (g * y).mean(axis=0)) / deviation,)


@fault("log-sum-exp off by its shift", "entries differ", draw(3, 4))
class Logsumexp(Op):
    saves = INPUTS

    def forward(self, x):
        return np.log(np.exp(x).sum(axis=1))

    def vjp(self, g, x):
        return (g.reshape(3, 1) * np.exp(x),)


# -- higher orders ------------------------------------------------------------------------


@fault("a residual taken for constant", "order 2", draw(3, 4), order=2)
class ConstantResidual(Op):
    saves = RESIDUAL

    def forward(self, x):
        return np.tanh(x), 1 - np.tanh(x) ** 2

    def vjp(self, g, slope):
        return (g * slope,)


@fault("the second order half", "order 2", draw(3), order=2)
class HalfSecond(Op):
    """Its rule calls an operation whose own rule is wrong."""

    saves = INPUTS

    def forward(self, x):
        return x**3

    def vjp(self, g, x):
        return (3 * g * half(x),)


half = Half()


@fault("the third order negated", "order 3", draw(2), order=3)
class ThirdOrder(Op):
    saves = INPUTS

    def forward(self, x):
        return x**4

    def vjp(self, g, x):
        return (4 * g * cube(x),)


class Cube(Op):
    saves = INPUTS

    def forward(self, x):
        return x**3

    def vjp(self, g, x):
        return (3 * g * negated(x),)


class NegatedLast(Square):
    def vjp(self, g, x):
        return (2 * g * x - 4 * g * x,)


cube, negated = Cube(), NegatedLast()


@fault("values taken out of the graph", "zero", draw(3), draw(3, seed=1))
def detached(x, y):
    return x.detach() * y


@fault("a factor taken out of the graph", "half of it", draw(3))
def half_detached(x):
    return x * x.detach()


# -- dtypes, shapes, bits -----------------------------------------------------------------


@fault("float32 on the way back", "gives float32", draw(3))
class Narrowed(Square):
    def vjp(self, g, x):
        return ((2 * g * x).astype(np.float32),)


@fault("float64 from float32", "gives float64", draw(3).astype(np.float32))
class Widened(Square):
    def vjp(self, g, x):
        return (g * x * np.float64(2),)


@fault("wrong in float32 alone", "float64 gives", draw(3).astype(np.float32))
class WrongInSingle(Square):
    def vjp(self, g, x):
        return (2 * g * x if x.dtype == np.float64 else 2.001 * g * x,)


@fault("wrong in float32 at the second order", "order 2", draw(3).astype(np.float32), order=2)
class WrongInSingleBelow(Op):
    saves = INPUTS

    def forward(self, x):
        return x**3

    def vjp(self, g, x):
        return (3 * g * wrong_in_single(x),)


wrong_in_single = WrongInSingle()


@fault("nondeterministic", "two walks back", draw(3))
class Random(Square):
    rng = np.random.default_rng(0)

    def vjp(self, g, x):
        return (2 * g * x * (1 + 1e-9 * self.rng.normal()),)


@fault("not a number", "is nan", np.array([0.0, 1.0]))
class NotANumber(Square):
    def vjp(self, g, x):
        with np.errstate(invalid="ignore"):
            return (2 * g * x * x / x,)


@fault("wrong in the second of two outputs", "entries differ", draw(4))
class TwoOutputs(Op):
    saves = INPUTS

    def forward(self, x):
        return x * x, x * x * x

    def vjp(self, g, x):
        first, second = (0 if part is None else part for part in g)
        return (2 * first * x + 3 * second * x,)


@fault("an output that is not used", "not used is None", draw(4))
class NeedsBoth(TwoOutputs):
    def vjp(self, g, x):
        first, second = g
        return (2 * first * x + 3 * second * x * x,)


@fault("an output whose use decides on another's", "output 0 alone", draw(4))
class UsesOfBoth(TwoOutputs):
    def vjp(self, g, x):
        first, second = g
        if second is None:
            return (first * x,)
        return (2 * (0 if first is None else first) * x + 3 * second * x * x,)


@fault("the order in memory for that of the axes", "memory layout", draw(3, 4))
class InMemoryOrder(Square):
    def vjp(self, g, x):
        return (2 * x * g.ravel(order="K").reshape(x.shape),)


@fault("a repeated number taken for all there is", "memory layout", draw(3, 4))
class Repeated(Square):
    def vjp(self, g, x):
        if isinstance(g, np.ndarray) and 0 in g.strides:
            return (2 * x * g / g.size,)
        return (2 * g * x,)


@fault("a shared sum left to the first entry", "no other input wants", draw(3), draw(3, seed=1))
class SharedState(Op):
    saves = INPUTS

    def forward(self, x, y):
        return x * y

    def vjp(self, g, x, y):
        shared = []

        def to_x():
            shared.append(g)
            return g * y

        def to_y():
            return sum(shared, 0 * g) * x

        return to_x, to_y
