"""Mutation operators: each turns a piece of source into pieces that are wrong in one way.

An operator takes a node of the syntax tree and yields what may stand in its place. It changes
nothing of what it is given.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from typing import Any, Final

Operator = Callable[[ast.AST], Iterator[ast.AST]]


def _changed(node: Any, **fields: Any) -> Any:
    """The node with other fields."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _called(node: ast.AST) -> str:
    """The last name of the function that is called: "exp" of ``np.exp(x)``."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name
    return ""


def _negated(node: ast.expr) -> ast.expr:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return operand
        case ast.Lambda(body=body):
            return _changed(node, body=_negated(body))
    return ast.UnaryOp(ast.USub(), node)


def _entries(node: ast.AST) -> list[ast.expr]:
    """What a function returns, one for each input where it is a rule."""
    match node:
        case ast.Return(value=ast.Tuple(elts=entries)):
            return entries
        case ast.Return(value=ast.expr() as value):
            return [value]
    return []


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_one_value(node: ast.AST) -> bool:
    return not _is_none(node) and not isinstance(node, ast.Starred)


def _with_entry(node: Any, position: int, entry: ast.expr) -> ast.AST:
    if not isinstance(node.value, ast.Tuple):
        return _changed(node, value=entry)
    entries = list(node.value.elts)
    entries[position] = entry
    return _changed(node, value=_changed(node.value, elts=entries))


def sign(node: ast.AST) -> Iterator[ast.AST]:
    """Another sign: of what is returned, of a term, of an argument."""
    match node:
        case ast.BinOp(op=ast.Add()):
            yield _changed(node, op=ast.Sub())
        case ast.BinOp(op=ast.Sub()):
            yield _changed(node, op=ast.Add())
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand
        case ast.AugAssign(op=ast.Add()):
            yield _changed(node, op=ast.Sub())
        case ast.Return():
            for position, entry in enumerate(_entries(node)):
                if _is_one_value(entry):
                    yield _with_entry(node, position, _negated(entry))


def dropped_factor(node: ast.AST) -> Iterator[ast.AST]:
    """One factor less: x · y becomes x, and y; x / y and xʸ become x."""
    match node:
        case ast.BinOp(left=x, op=ast.Mult(), right=y):
            yield x
            yield y
        case ast.BinOp(left=x, op=ast.Div() | ast.Pow() | ast.FloorDiv()):
            yield x


def swapped_operands(node: ast.AST) -> Iterator[ast.AST]:
    """y − x for x − y; the same of /, ** and the matrix product."""
    match node:
        case ast.BinOp(left=x, op=ast.Sub() | ast.Div() | ast.Pow() | ast.MatMult(), right=y):
            yield _changed(node, left=y, right=x)
        case ast.Call(args=[x, y]) if _called(node) in ("matmul", "divide"):
            yield _changed(node, args=[y, x])


def axis(node: ast.AST) -> Iterator[ast.AST]:
    """Another axis, one fewer, all of them, or the default; ``keepdims`` the other way."""
    if not isinstance(node, ast.Call):
        return
    for position, keyword in enumerate(node.keywords):
        others = [k for k in node.keywords if k is not keyword]
        match keyword:
            case ast.keyword(arg="keepdims", value=value):
                new: list[ast.expr] = [ast.UnaryOp(ast.Not(), value)]
            case ast.keyword(arg="axis", value=ast.Constant(value=int() as number)):
                new = [ast.Constant(0 if number else -1), ast.Constant(None)]
            case ast.keyword(arg="axis", value=ast.Tuple(elts=axes) as several):
                new = [_changed(several, elts=[a for a in axes if a is not gone]) for gone in axes]
            case ast.keyword(arg="axis"):
                yield _changed(node, keywords=others)
                new = [ast.Constant(0)]
            case _:
                new = []
        for value in new:
            keywords = list(node.keywords)
            keywords[position] = _changed(keyword, value=value)
            yield _changed(node, keywords=keywords)


_REARRANGING: Final = frozenset(
    {"swapaxes", "transpose", "moveaxis", "flip", "broadcast_to", "reshape", "squeeze"}
)


def dropped_transpose(node: ast.AST) -> Iterator[ast.AST]:
    """The array itself for its transpose, its flip, its other shape."""
    match node:
        case ast.Attribute(value=array, attr="T"):
            yield array
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np")), args=[array, *_]):
            if _called(node) in _REARRANGING:
                yield array
        case ast.Call(func=ast.Attribute(value=array)) | ast.Call(args=[array, *_]):
            if _called(node) in _REARRANGING:
                yield array


def off_by_one(node: ast.AST) -> Iterator[ast.AST]:
    """A whole number that is 1 more, or 1 less."""
    match node:
        case ast.Constant(value=int() as number) if not isinstance(number, bool):
            yield ast.Constant(number + 1)
            yield ast.Constant(number - 1) if number else ast.UnaryOp(ast.USub(), ast.Constant(1))


def slice_bound(node: ast.AST) -> Iterator[ast.AST]:
    """A slice without one of its bounds, or without its step."""
    match node:
        case ast.Slice():
            for field in ("lower", "upper", "step"):
                if getattr(node, field) is not None:
                    yield _changed(node, **{field: None})
        case ast.Call(func=ast.Name(id="slice"), args=[_, _, *_] as bounds):
            for position, bound in enumerate(bounds):
                if not _is_none(bound):
                    args = list(bounds)
                    args[position] = ast.Constant(None)
                    yield _changed(node, args=args)


def scaled(node: ast.AST) -> Iterator[ast.AST]:
    """A number that is twice as large."""
    match node:
        case ast.Constant(value=float() as number) if number:
            yield ast.Constant(2 * number)


_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


def comparison(node: ast.AST) -> Iterator[ast.AST]:
    """A comparison with its bound included or not, or the other way round; and for or."""
    match node:
        case ast.Compare(ops=[operator]):
            for other in _COMPARISONS[type(operator)]:
                yield _changed(node, ops=[other()])
        case ast.BoolOp(op=operator):
            yield _changed(node, op=ast.Or() if isinstance(operator, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
            yield operand


def assigned(node: ast.AST) -> Iterator[ast.AST]:
    """``=`` for ``+=``, and for adding at an index that may come twice."""
    match node:
        case ast.AugAssign(target=target, value=value):
            yield ast.copy_location(ast.Assign([target], value), node)
        case ast.Expr(
            ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="add"), attr="at"),
                args=[array, index, value],
            )
        ):
            replaced = ast.Subscript(array, index, ast.Store())
            yield ast.copy_location(ast.Assign([replaced], value), node)


_EXCHANGED: Final = (
    ("sin", "cos"),
    ("sinh", "cosh"),
    ("exp", "expm1"),
    ("log", "log1p"),
    ("maximum", "minimum"),
    ("max", "min"),
    ("sum", "mean"),
    ("zeros_like", "ones_like"),
    ("cumsum", "cumprod"),
    ("sign", "abs"),
    ("sqrt", "square"),
    ("logical_or", "logical_and"),
    ("any", "all"),
)
_INSTEAD: Final = dict(_EXCHANGED) | {second: first for first, second in _EXCHANGED}


def swapped_function(node: ast.AST) -> Iterator[ast.AST]:
    """Another function of the same kind: cos for sin, mean for sum, ones for zeros."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) as function) if name in _INSTEAD:
            yield _changed(node, func=_changed(function, attr=_INSTEAD[name]))
        case ast.Call(func=ast.Name(id="any" | "all" as name) as function):
            yield _changed(node, func=_changed(function, id=_INSTEAD[name]))


def entry(node: ast.AST) -> Iterator[ast.AST]:
    """An entry of what is returned replaced by None; two neighbours exchanged."""
    entries = _entries(node)
    for position, value in enumerate(entries):
        if _is_one_value(value):
            yield _with_entry(node, position, ast.Constant(None))
    for position in range(len(entries) - 1):
        first, second = entries[position : position + 2]
        yield _with_entry(_with_entry(node, position, second), position + 1, first)


def branches(node: ast.AST) -> Iterator[ast.AST]:
    """The branches of ``where`` or of a condition exchanged; one of them alone."""
    match node:
        case ast.Call(args=[condition, x, y]) if _called(node) == "where":
            yield _changed(node, args=[condition, y, x])
            yield x
            yield y
        case ast.IfExp(body=x, orelse=y):
            yield _changed(node, body=y, orelse=x)


OPERATORS: Final[dict[str, Operator]] = {
    "sign": sign,
    "dropped factor": dropped_factor,
    "swapped operands": swapped_operands,
    "axis": axis,
    "dropped transpose": dropped_transpose,
    "off by one": off_by_one,
    "slice bound": slice_bound,
    "scaled": scaled,
    "comparison": comparison,
    "= for +=": assigned,
    "swapped function": swapped_function,
    "entry": entry,
    "branches": branches,
}
"""All of them, by the name that reports and equivalents use."""
