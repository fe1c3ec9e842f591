"""Recording modes belong to the thread and to the asynchronous task."""

import asyncio
import threading

import autodiff as ad
from autodiff import Tensor, no_grad, primitives, scope
from nn.functional import sigmoid


def leaf(data=1.0):
    return Tensor(data, requires_grad=True)


def kinds(y):
    names, stack = set(), [y.node]
    while stack:
        node = stack.pop()
        if node is not None and node.op is not None:
            names.add(node.op.name)
            stack.extend(node.parents)
    return names


def test_no_grad():
    x = leaf()
    with no_grad():
        y = x * 2
        with no_grad():
            pass
        assert (x * 2).node is None
    assert y.node is None
    assert isinstance(y, Tensor)
    assert (x * 2).node is not None


def test_no_grad_ends_with_an_error():
    x = leaf()
    try:
        with no_grad():
            raise KeyError
    except KeyError:
        pass
    assert (x * 2).node is not None


def test_modes_may_be_entered_again():
    x, mode = leaf(), no_grad()
    with mode:
        with mode:
            pass
        assert (x * 2).node is None
    assert (x * 2).node is not None


def test_one_mode_within_another_changes_nothing_else():
    x = leaf()
    with no_grad(), scope("part"), primitives():
        assert sigmoid(x).node is None
    with primitives(), scope("whole"), scope("part"):
        y = sigmoid(x)
    assert kinds(y) == {"multiply", "exp", "add", "reciprocal"}
    assert y.node.scope.path == "whole.part"


def test_no_grad_is_not_seen_by_another_thread():
    x, seen = leaf(), []
    entered, done = threading.Event(), threading.Event()

    def quiet():
        with no_grad():
            entered.set()
            done.wait(10)
            seen.append((x * 2).node)

    thread = threading.Thread(target=quiet)
    thread.start()
    assert entered.wait(10)
    assert (x * 2).node is not None
    done.set()
    thread.join()
    assert seen == [None]


def test_no_grad_is_not_seen_by_another_task():
    x = leaf()

    async def quiet():
        with no_grad():
            await asyncio.sleep(0.01)
            return (x * 2).node

    async def loud():
        await asyncio.sleep(0.005)
        return (x * 2).node

    async def both():
        return await asyncio.gather(quiet(), loud())

    silent, recorded = asyncio.run(both())
    assert silent is None
    assert recorded is not None


def test_primitives():
    x = leaf(0.5)
    assert kinds(sigmoid(x)) == {"sigmoid"}
    with primitives():
        assert kinds(sigmoid(x)) == {"multiply", "exp", "add", "reciprocal"}
        assert kinds(x / 2 - x) == {"multiply", "add"}


def test_primitives_of_every_definition_are_primitive():
    """What a definition expands to has no definition itself."""
    x = leaf([[0.5, 0.7], [0.2, 0.1]])
    with primitives():
        for y in (ad.tanh(x), x.var(axis=0), ad.logsumexp(x), x.mean(), ad.clip(x, 0, 1)):
            stack = [y.node]
            while stack:
                node = stack.pop()
                if node is not None and node.op is not None:
                    assert node.op.definition is None
                    stack.extend(node.parents)


def test_scopes():
    x = leaf()
    with scope("a") as entered:
        y = x * 2
        with scope("b"):
            z = y * 2
        with entered:
            again = y * 2
    assert y.node.scope.path == "a"
    assert z.node.scope.path == "a.b"
    assert z.node.scope.parent is y.node.scope
    assert again.node.scope.path == "a.a"
    assert (x * 2).node.scope is None
    with scope("a"):
        assert (x * 2).node.scope is not y.node.scope
    assert "a.b" in repr(z.node.scope)
