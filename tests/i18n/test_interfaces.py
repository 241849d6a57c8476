"""What happened is said without a word of the terminal: what to type there is the terminal's to say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import aidledger
from aidledger.cli.remedies import ERRORS, FILES
from aidledger.domain.problem import KINDS
from aidledger.errors import AidLedgerError
from aidledger.presentation.receipts import NOTES

PACKAGE = Path(aidledger.__file__).parent
_TYPED = re.compile(r"--[a-z]|`aidledger|(?<!\S)-[a-z]\b")
_FACT = re.compile(r"\{(\w+)")


def _docstrings(tree: ast.AST) -> set[ast.expr]:
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef))
    return {body[0].value for body in bodies if body and isinstance(body[0], ast.Expr)}


def _texts(path: Path) -> Iterator[str]:
    """The strings of a source, but for docstrings."""
    tree = ast.parse(path.read_bytes())
    said = {node for node in ast.walk(tree) if isinstance(node, ast.Constant)} - _docstrings(tree)
    return (node.value for node in said if isinstance(node.value, str))


def test_no_text_below_the_terminal_says_what_to_type() -> None:
    paths = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] != "cli"]
    assert {"errors.py", "problem.py", "receipts.py"} <= {path.name for path in paths}
    assert [(path, text) for path in paths for text in _texts(path) if _TYPED.search(text)] == []


def _errors(kind: type[AidLedgerError] = AidLedgerError) -> Iterator[type[AidLedgerError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _errors(child)


def test_no_error_says_what_to_type() -> None:
    """Their docstrings are the messages."""
    assert [error for error in _errors() if _TYPED.search(error.template())] == []


def test_a_remedy_names_no_fact_that_its_message_lacks() -> None:
    for error, remedy in ERRORS.items():
        assert set(_FACT.findall(remedy)) <= set(_FACT.findall(error.template())), error
    for code, remedy in FILES.items():
        if code in KINDS:
            assert set(_FACT.findall(remedy)) <= set(_FACT.findall(KINDS[code].message)), code


def test_a_remedy_is_of_a_problem_or_of_a_note() -> None:
    assert FILES.keys() <= {*KINDS, *NOTES, "new-version"}
    assert not KINDS.keys() & NOTES.keys()
