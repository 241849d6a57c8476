"""Who is at the browser: links, passwords, sessions, and the roles that names have."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from aidledger.domain.password import LONGEST, SHORTEST
from aidledger.domain.role import ROLES, same_name
from aidledger.domain.visible import is_text, says_something
from aidledger.errors import (
    AidLedgerError,
    NobodyOfThatName,
    PasswordsDiffer,
    RoleMissing,
    TriesTooMany,
    UnknownSession,
)
from aidledger.i18n import N_, translator
from aidledger.operations import actors, passwords
from aidledger.operations.passwords import LINK_HOURS
from aidledger.presentation.failures import error_text
from aidledger.web.answering import language_of, page, session_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.protection import no_session
from aidledger.web.remedies import ERRORS

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.web.door import Door, Session
    from aidledger.web.site import Site

_WRONG = N_("The name or the password is wrong, or this name has no password yet.")


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A line of the list of people: ``handle`` names them in forms, as a name may hold a number."""

    handle: str
    actor: str
    role: str
    since: str
    by: str
    password_since: str | None
    invited_by: str | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A line of one's own sessions; times in UTC."""

    number: int
    since: str
    seen: str
    proved: bool
    current: bool


@endpoint
def enter(request: Request, _asked: Asked) -> Response:
    """Open a session with a link that works once; who has a password signs in next."""
    door, site = _door(request), _site(request)
    secret = door.enter(request.path_params["token"])
    if secret is None:
        return no_session(request, HTTPStatus.FORBIDDEN)
    session = door.session(secret)
    if session is not None and site is not None and same_name(door.actor) in door.guarded:
        session.inside = not passwords.has(site.ledger, door.actor)
    return _with_cookie(door, secret, "/")


@endpoint
def sign_in(request: Request, asked: Asked) -> Response:
    """Sign in, also as somebody else than before."""
    door, session, site = _door(request), _session(request), _site(request)
    if site is None or request.method != "POST":
        return _sign_in_page(request, asked)
    name, computer = asked.text("actor") or "", _computer(request)
    if seconds := door.tries.wait_seconds(name, computer):
        message = error_text(TriesTooMany(seconds=seconds), ERRORS, language_of(request))
        return _sign_in_page(request, asked, message, HTTPStatus.TOO_MANY_REQUESTS)
    actor = passwords.signed_in(site.ledger, name, asked.secret("password"), computer)
    if actor is None:
        return _sign_in_page(request, asked, translator(language_of(request))(_WRONG), HTTPStatus.FORBIDDEN)
    door.tries.passed(name, computer)
    door.guarded.add(same_name(actor))
    return _with_cookie(door, _begin_anew(door, session, actor), asked.path("to"))


def _sign_in_page(request: Request, asked: Asked, message: str | None = None, status: int = HTTPStatus.OK) -> Response:
    session = _session(request)
    return page(
        request,
        "sign_in.html",
        status,
        heading=N_("Sign in"),
        message=message,
        ended=session is not None and not session.inside and asked.text("to") is not None and session.proved,
        name=asked.text("actor") or ("" if session is None or session.inside else session.actor),
        to=asked.path("to"),
    )


@endpoint
def sign_out(request: Request, _asked: Asked) -> Response:
    """End one's session; the browser may sign in again."""
    door, session = _door(request), session_of(request)
    door.leave(session)
    secret = door.begin(session.actor, language=session.language)
    fresh = door.session(secret)
    if fresh is not None:
        fresh.inside = False
    return _with_cookie(door, secret, "/sign-in")


@endpoint
def first_password(request: Request, asked: Asked) -> Response:
    """Set the password that a link is for; whoever does so is signed in."""
    site = _site(request)
    if site is None:
        return RedirectResponse("/", HTTPStatus.SEE_OTHER)
    token = request.path_params["token"]
    actor = passwords.invited(site.ledger, token)
    message = None
    if request.method == "POST":
        try:
            _require_same(asked)
            passwords.set_first(site.ledger, token, asked.secret("new"))
        except AidLedgerError as error:
            message = error_text(error, ERRORS, language_of(request))
        else:
            return _renewed(request, actor)
    status = HTTPStatus.OK if message is None else HTTPStatus.BAD_REQUEST
    heading = N_("A password of your own")
    facts = {"shortest": SHORTEST, "longest": LONGEST, "who": actor, "token": token}
    return page(request, "password.html", status, heading=heading, message=message, **facts)


def _renewed(request: Request, actor: str) -> Response:
    """A new password ends every session in its actor's name, and this browser's; then it opens one."""
    door = _door(request)
    door.guard(actor)
    return _with_cookie(door, _begin_anew(door, _session(request), actor), "/")


def _begin_anew(door: Door, session: Session | None, actor: str) -> str:
    """The secret of a session that a password opens, instead of the browser's present one."""
    if session is not None:
        door.leave(session)
    return door.begin(actor, proved=True, language=session.language if session else None)


@endpoint
def change_password(request: Request, asked: Asked) -> Response:
    """Change one's own password; every other session of one's own ends."""
    site, door = site_of(request), _door(request)
    actor, computer = site.ledger.actor, _computer(request)
    _require_same(asked)
    if seconds := door.tries.wait_seconds(actor, computer):
        raise TriesTooMany(seconds=seconds)
    passwords.change(site.ledger, asked.secret("old"), asked.secret("new"))
    door.tries.passed(actor, computer)
    return _renewed(request, actor)


def _require_same(asked: Asked) -> None:
    if asked.secret("new") != asked.secret("again"):
        raise PasswordsDiffer


@endpoint
def password_link(request: Request, asked: Asked) -> Response:
    """Make the link with which somebody sets their password."""
    site = site_of(request)
    actor = _meant(site, asked)
    link = f"{request.base_url}password/{passwords.invite(site.ledger, actor)}"
    return page(
        request,
        "password_link.html",
        heading=N_("A link for a password"),
        who=actor,
        link=link,
        hours=LINK_HOURS,
        others=_door(request).address.others,
    )


@endpoint
def assign(request: Request, asked: Asked) -> Response:
    """Give somebody a role."""
    name, role = asked.text("actor") or "", asked.word("role", ROLES)
    if role is None or not says_something(name) or not is_text(name):
        raise RoleMissing
    actors.name(site_of(request).ledger, name, role)
    return _settings()


@endpoint
def dismiss(request: Request, asked: Asked) -> Response:
    """Take somebody's role and password; their sessions end."""
    site, door = site_of(request), _door(request)
    actor = _meant(site, asked)
    actors.dismiss(site.ledger, actor)
    door.guarded.discard(same_name(actor))
    return _settings()


@endpoint
def end_session(request: Request, _asked: Asked) -> Response:
    """End one of one's own sessions."""
    door, number = _door(request), request.path_params["number"]
    found = next((one for one in door.of(session_of(request).actor) if one.number == number), None)
    if found is None:
        raise UnknownSession
    door.leave(found)
    return _settings()


def people_and_sessions(request: Request) -> Mapping[str, object]:
    """What page Settings shows of signing in."""
    site, session, door = site_of(request), session_of(request), _door(request)
    kept = passwords.accounts(site.ledger)
    people: Sequence[NamedPerson] = [
        NamedPerson(
            handle=_handle(one.actor),
            actor=one.actor,
            role=one.role,
            since=one.at,
            by=one.by,
            password_since=account.at if (account := kept.get(same_name(one.actor))) else None,
            invited_by=account.invited_by if account else None,
        )
        for one in actors.actors(site.ledger).named
    ]
    return {
        "people": people,
        "roles": ROLES,
        "may_assign": actors.may_assign(site.ledger),
        "sessions": [
            SessionLine(one.number, _moment(one.since), _moment(one.seen), one.proved, one is session)
            for one in door.of(session.actor)
        ],
        "shortest": SHORTEST,
        "longest": LONGEST,
    }


def _meant(site: Site, asked: Asked) -> str:
    """Whom a form means; raises NobodyOfThatName."""
    handle = asked.text("who")
    found = next((one.actor for one in actors.actors(site.ledger).named if _handle(one.actor) == handle), None)
    if found is None:
        raise NobodyOfThatName(actor="?")
    return found


def _handle(actor: str) -> str:
    return hashlib.sha256(same_name(actor).encode()).hexdigest()[:16]


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _settings() -> Response:
    return RedirectResponse("/settings", HTTPStatus.SEE_OTHER)


def _with_cookie(door: Door, secret: str, path: str) -> Response:
    answer = RedirectResponse(path, HTTPStatus.SEE_OTHER)
    secure = door.address.certificate is not None
    answer.set_cookie(door.cookie, secret, httponly=True, samesite="strict", secure=secure)
    return answer


def _door(request: Request) -> Door:
    found: Door = request.app.state.door
    return found


def _session(request: Request) -> Session | None:
    """The browser's session; at another computer one has none before signing in."""
    found: Session | None = getattr(request.state, "session", None)
    return found


def _computer(request: Request) -> str:
    """The address from which a request came."""
    return request.client.host if request.client else ""


def _site(request: Request) -> Site | None:
    found: Site | None = request.app.state.site
    return found
