"""Endpoints are plain functions of a request and what was asked; they run in threads, as the ledger's calls block."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import ImmutableMultiDict

from aidledger.errors import FormTooLarge
from aidledger.web.answering import refused
from aidledger.web.asked import Asked

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

# A form holds words: a reason, a choice, a date.
_BYTES_MAX = 64 * 1024


def endpoint(answer: Callable[[Request, Asked], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint of Starlette's; a posted form adds its fields to those of the URL."""

    @wraps(answer)
    async def answering(request: Request) -> Response:
        fields = request.query_params.multi_items()
        if request.method == "POST":
            posted = b""
            async for part in request.stream():
                posted += part
                if len(posted) > _BYTES_MAX:
                    return refused(request, FormTooLarge())
            fields += parse_qsl(posted.decode("utf-8", "replace"), keep_blank_values=True)
        return await run_in_threadpool(answer, request, Asked(ImmutableMultiDict(fields)))

    return answering
