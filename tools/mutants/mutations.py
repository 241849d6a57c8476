"""Small faults of the kind that a hand makes, put into a module one at a time."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, cast

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Add,
}
_CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "is_": "is_not", "is_not": "is_", "in_": "not_in"}
# Calls whose arguments are conditions that all have to hold.
_CONJUNCTIONS = {"where", "and_", "filter"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault: the line where it stands, what was there, and what is there now.

    ``statement``: the lines of its statement; empty outside of functions, where all runs when the module is loaded.
    """

    line: int
    statement: frozenset[int]
    was: str
    now: str
    tree: ast.Module
    at: int
    variant: ast.AST

    def module(self) -> ast.Module:
        """The module with the fault."""
        other = deepcopy(self.tree)
        old = _nodes(other)[self.at]
        return cast("ast.Module", ast.fix_missing_locations(_Exchange(old, deepcopy(self.variant)).visit(other)))


def mutants(source: str) -> Iterator[Mutant]:
    """Every fault that one change of a module's code makes; words and annotations are left alone."""
    tree = ast.parse(source)
    spared, statements = _spared(tree), _statements(tree)
    for at, node in enumerate(_nodes(tree)):
        if node not in spared and type(node) in _VARIANTS:
            for variant in _VARIANTS[type(node)](node):
                line = min(one.lineno for one in ast.walk(node) if isinstance(one, ast.expr | ast.stmt))
                statement = next((lines for lines in statements if line in lines), frozenset())
                yield Mutant(line, statement, _text(node), _text(variant), tree, at, variant)


def _nodes(tree: ast.Module) -> list[ast.AST]:
    return [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]


def _statements(tree: ast.Module) -> list[frozenset[int]]:
    """The lines of every statement in a function, the innermost first."""
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    inside = (node for function in functions for one in function.body for node in ast.walk(one))
    found = {(node.lineno, node.end_lineno or 0) for node in inside if isinstance(node, ast.stmt)}
    return [frozenset(range(first, last + 1)) for first, last in sorted(found, key=lambda ends: ends[1] - ends[0])]


def _spared(tree: ast.Module) -> set[ast.AST]:
    """Annotations, imports, decorators, and what only a type checker reads."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        spared: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef):
            spared = [
                node.returns,
                *node.decorator_list,
                *(one.annotation for one in ast.walk(node.args) if isinstance(one, ast.arg)),
            ]
        elif isinstance(node, ast.AnnAssign):
            spared = [node.annotation]
        elif isinstance(node, ast.ClassDef):
            spared = [*node.decorator_list, *node.bases]
        elif isinstance(node, ast.Call) and _name(node.func) == "cast":
            spared = [node.args[0]]
        for one in spared:
            found.update(ast.walk(one) if one is not None else ())
    return found


def _compared(node: ast.Compare) -> Iterator[ast.AST]:
    for at, operator in enumerate(node.ops):
        if type(operator) in _COMPARED:
            ops = [*node.ops[:at], _COMPARED[type(operator)](), *node.ops[at + 1 :]]
            yield _with(node, ops=ops)


def _operated(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _OPERATED:
        yield _with(node, op=_OPERATED[type(node.op)]())


def _joined(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for at in range(len(node.values)):
        left = _without(node.values, at)
        yield left[0] if len(left) == 1 else _with(node, values=left)


def _turned(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if not isinstance(node.op, ast.UAdd):
        yield node.operand


def _said(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)


def _called(node: ast.Call) -> Iterator[ast.AST]:
    name, func = _name(node.func), node.func
    if name in _CALLED:
        yield _with(node, func=_with(func, **{"id" if isinstance(func, ast.Name) else "attr": _CALLED[name]}))
    if name in _CONJUNCTIONS:
        yield from (_with(node, args=_without(node.args, at)) for at in range(len(node.args)))


def _decided(node: ast.If | ast.IfExp | ast.While) -> Iterator[ast.AST]:
    yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))


def _left_out(node: ast.stmt) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Expr) or isinstance(node.value, ast.Call | ast.YieldFrom):
        yield ast.Pass()


def _let_in(node: ast.comprehension) -> Iterator[ast.AST]:
    yield from (_with(node, ifs=_without(node.ifs, at)) for at in range(len(node.ifs)))


def _name(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def _with(node: ast.AST, **changes: object) -> ast.AST:
    other = deepcopy(node)
    for name, value in changes.items():
        setattr(other, name, value)
    return other


def _without(some: Sequence[ast.AST], at: int) -> list[ast.AST]:
    return [*some[:at], *some[at + 1 :]]


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) < 100 else f"{text[:97]}…"


class _Exchange(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


# What a node may be exchanged for, by its type.
_VARIANTS: dict[type[ast.AST], Callable[[Any], Iterator[ast.AST]]] = {
    ast.Compare: _compared,
    ast.BinOp: _operated,
    ast.BoolOp: _joined,
    ast.UnaryOp: _turned,
    ast.Constant: _said,
    ast.Call: _called,
    ast.If: _decided,
    ast.IfExp: _decided,
    ast.While: _decided,
    ast.Raise: _left_out,
    ast.Expr: _left_out,
    ast.AugAssign: _left_out,
    ast.Continue: _left_out,
    ast.comprehension: _let_in,
}
