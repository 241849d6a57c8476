"""Static files, named by their content so that a browser may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}


@cache
def _files() -> dict[str, tuple[str, bytes]]:
    """By the name in a URL: the file's own name and its content."""
    found = {}
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _TYPES:
            content = path.read_bytes()
            found[f"{path.stem}.{hashlib.sha256(content).hexdigest()[:16]}{path.suffix}"] = path.name, content
    return found


@cache
def asset(name: str) -> str:
    """The URL of a static file."""
    return next(f"/static/{hashed}" for hashed, (own, _) in _files().items() if own == name)


def static(request: Request) -> Response:
    """One static file."""
    name = request.path_params["name"]
    if name not in _files():
        return PlainTextResponse("Not found.", HTTPStatus.NOT_FOUND)
    own, content = _files()[name]
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(content, media_type=_TYPES[Path(own).suffix], headers=headers)
