"""What stands before every page: whose request it is, where it came from, and what a browser may do with the answer.

Any site that is open in the same browser can send requests to 127.0.0.1. So the Host must be ours, which defeats
rebound names; what changes something must come from our own page; and without a session nothing is told.
"""

from __future__ import annotations

from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from aidledger.errors import AidLedgerError
from aidledger.i18n import N_
from aidledger.operations import passwords
from aidledger.web.answering import page
from aidledger.web.door import Door

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from aidledger.web.site import Site

# Chromium 109, WPS's and 360's engines know all of these.
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
# Over plain HTTP a browser sends no Sec-Fetch-Site to another computer, without any referrer it hides the Origin, and
# an opener policy it only warns of.
_OVER_PLAIN_HTTP = {
    **{name: value for name, value in _HEADERS.items() if name != "cross-origin-opener-policy"},
    "referrer-policy": "same-origin",
}
_SAFE_METHODS = frozenset({"GET", "HEAD"})
_STATIC = "/static/"
# Paths that need no session: what a page is made of, the ways in, and another start that asks for one.
_OPEN = (_STATIC, "/enter/", "/password/", "/another-start")
# What can be done before the ledger is open, and before somebody has signed in.
_BEFORE = frozenset({"/settings/language", "/settings/quit"})
_SIGN_IN = "/sign-in"
_SIGNING_IN = frozenset({_SIGN_IN, "/sign-out"})


class Protected:
    """The application behind these checks."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app = app
        self.door = door
        self.headers = _OVER_PLAIN_HTTP if door.address.unprotected else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]
        scope.setdefault("state", {})["session"] = self.door.session(_cookie(headers, self.door.cookie))

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    sent.setdefault(name, value)
                if not path.startswith(_STATIC):
                    sent["cache-control"] = "no-store"
            await send(message)

        refusal = self._refusal(scope, headers) or await self._elsewhere(scope)
        await (refusal or self.app)(scope, receive, answer)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if not self.door.address.knows(headers.get("host")):
            return PlainTextResponse("Unknown host.", HTTPStatus.BAD_REQUEST)
        if not self._from_here(scope["method"], headers):
            return PlainTextResponse("This request came from another page.", HTTPStatus.FORBIDDEN)
        path = scope["path"]
        if scope["state"]["session"] is not None or path.startswith(_OPEN):
            return None
        if not self.door.address.others or scope["app"].state.site is None:
            return no_session(Request(scope))
        # At another computer one comes without a link, and signs in.
        return None if path == _SIGN_IN else _signing_in(scope)

    async def _elsewhere(self, scope: Scope) -> Response | None:
        """The page that comes first: for the ledger's key, for a new ledger's names, or to sign in."""
        path, session, state = scope["path"], scope["state"]["session"], scope["app"].state
        if session is None or path.startswith(_OPEN) or path in _BEFORE:
            return None
        if state.site is None:
            return None if path == state.unopened.path else _led(scope, state.unopened.path)
        if session.inside and session.proved and not await run_in_threadpool(_has_role, state.site, session.actor):
            session.inside = False
        if session.inside or path in _SIGNING_IN:
            return None
        return _signing_in(scope)

    def _from_here(self, method: str, headers: Headers) -> bool:
        """Whether another site cannot have sent it. What changes something must prove that it is from our page."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        ours = f"{self.door.address.scheme}://{headers['host'].lower()}"
        if method in _SAFE_METHODS:
            return site in {None, "same-origin", "none"} or headers.get("sec-fetch-mode") == "navigate"
        if site is None:  # a browser of before 2023, or another computer's without TLS
            return origin == ours
        # Without a referrer, a browser calls the origin of a form's own page null.
        return site == "same-origin" and (origin is None or origin in {"null", ours})


def no_session(request: Request, status: int = HTTPStatus.UNAUTHORIZED) -> Response:
    """What somebody without a session is shown: where the way in is, and nothing of the ledger."""
    return page(request, "no_session.html", status, heading=N_("Not signed in"))


def _led(scope: Scope, path: str) -> Response:
    """To another page, where a reader asks; a script is told that it may not."""
    navigates = Headers(scope=scope).get("sec-fetch-mode") in {None, "navigate"}
    if navigates and scope["method"] in {"GET", "HEAD", "POST"}:
        return RedirectResponse(path, HTTPStatus.SEE_OTHER)
    return no_session(Request(scope))


def _signing_in(scope: Scope) -> Response:
    """To the page where one signs in, and from there to what was asked for."""
    query = urlencode({"to": scope["path"] if scope["method"] in _SAFE_METHODS else "/"})
    return _led(scope, f"{_SIGN_IN}?{query}")


def _has_role(site: Site, actor: str) -> bool:
    """Whether the ledger still names who signed in; where it cannot be asked, each page finds out for itself."""
    try:
        return passwords.named(site.ledger, actor) is not None
    except AidLedgerError:
        return True


def _cookie(headers: Headers, name: str) -> str | None:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return None
    return cookies[name].value if name in cookies else None
