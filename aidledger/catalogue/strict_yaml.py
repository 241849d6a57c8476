"""Strict YAML: no duplicate keys, exact decimals, and the line of every value for error messages."""

from __future__ import annotations

import contextlib
import re
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from aidledger.errors import CatalogueError

_NUMBER = re.compile(r"-?[0-9]+\.[0-9]+", re.ASCII)
_INT, _FLOAT, _STR, _NULL, _BOOL = (f"tag:yaml.org,2002:{name}" for name in ("int", "float", "str", "null", "bool"))

# Nested aliases can expand to more values than memory holds.
_VALUES_MAX = 100_000
_TOO_DEEP = "it is nested too deeply"

Where = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)


def _composed(text: str) -> yaml.Node | None:
    """Compose a text. Only a faulty one reaches the Python parser, ten times slower but clearer in its messages."""
    if yaml.__with_libyaml__:
        with contextlib.suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=yaml.CSafeLoader)
    return yaml.compose(text, Loader=yaml.SafeLoader)


class Document:
    """A YAML file as plain values, with the line on which each one begins."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: dict[Where, int] = {}
        try:
            root = _composed(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            what = getattr(error, "problem", None) or "this is not YAML in UTF-8"
            raise CatalogueError(file=path.name, line=mark.line + 1 if mark else 1, what=what) from None
        except RecursionError:
            raise CatalogueError(file=path.name, line=1, what=_TOO_DEEP) from None
        if not isinstance(root, yaml.MappingNode):
            raise CatalogueError(file=path.name, line=1, what="keys and values are expected")
        try:
            self.values = self._mapping(root, ())
        except RecursionError:  # an alias may refer to a node that contains it
            raise CatalogueError(file=path.name, line=1, what=_TOO_DEEP) from None

    def fault(self, what: str, *at: int | str) -> CatalogueError:
        """An error with the line of the value at a path, or of the nearest one above it."""
        while at not in self._lines:
            at = at[:-1]
        return CatalogueError(file=self.path.name, line=self._lines[at], what=what.rstrip("."))

    def validated(self, model: type[Model]) -> Model:
        """Validate the values as a model; raises CatalogueError for the first fault."""
        try:
            return model.model_validate(self.values)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise self.fault(f"{where}: {first['msg'].removeprefix('Value error, ')}", *first["loc"]) from None

    def _plain(self, node: yaml.Node, at: Where) -> object:
        self._lines[at] = node.start_mark.line + 1
        if len(self._lines) > _VALUES_MAX:
            raise self.fault("more values than any schema has", *at)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(child, (*at, i)) for i, child in enumerate(node.value)]
        return self._scalar(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Where) -> dict[str, object]:
        self._lines[at] = node.start_mark.line + 1
        result: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in result:
                self._lines[(*at, key)] = key_node.start_mark.line + 1
                raise self.fault(f"the key {key} stands here twice", *at, key)
            result[key] = self._plain(value_node, (*at, key))
            self._lines[(*at, key)] = key_node.start_mark.line + 1
        return result

    def _scalar(self, node: yaml.Node, at: Where) -> object:
        text = str(node.value)
        if node.tag == _INT and text.removeprefix("-").isascii() and text.removeprefix("-").isdigit():
            return int(text)
        if node.tag == _FLOAT and _NUMBER.fullmatch(text):
            return Decimal(text)
        if node.tag == _NULL:
            return None
        if node.tag == _BOOL:
            return text.lower() in {"true", "yes", "on"}
        if node.tag in {_STR, "tag:yaml.org,2002:timestamp"}:
            return text
        raise self.fault(f"{text} is of a kind that is not used here; put it in quotes", *at)
