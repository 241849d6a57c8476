"""Before there is an open ledger: its key is asked for, or a new ledger is made."""

from __future__ import annotations

from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from aidledger.domain.secret import PASSPHRASE_MIN, Secret
from aidledger.domain.visible import is_text, says_something
from aidledger.errors import AidLedgerError, DistrictMissing, LedgerForeign, PasswordsDiffer, TriesTooMany
from aidledger.i18n import N_, translator
from aidledger.operations.offices import OfficeNames
from aidledger.operations.opening import can_encrypt
from aidledger.presentation.failures import error_text
from aidledger.web.admitting import admit
from aidledger.web.answering import language_of, page
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.remedies import ERRORS

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.web.door import Door
    from aidledger.web.site import Site, Unopened

_WRONG_KEY = N_("The ledger does not open with this key, or it is damaged. Nothing was changed.")
# Two windows may send a key, or make the ledger, at the same moment.
_one_at_a_time = Lock()


@endpoint
def key(request: Request, asked: Asked) -> Response:
    """Ask for the key of an encrypted ledger, and open it; nothing else is told before."""
    with _one_at_a_time:
        unopened: Unopened | None = request.app.state.unopened
        if unopened is None or request.app.state.site is not None or not unopened.made:
            return _home()
        if request.method != "POST":
            return _key_page(request)
        door: Door = request.app.state.door
        if seconds := door.tries.wait_seconds("key"):
            message = error_text(TriesTooMany(seconds=seconds), ERRORS, language_of(request))
            return _key_page(request, message, HTTPStatus.TOO_MANY_REQUESTS)
        site = _unlocked(unopened, asked.secret("key"))
        if site is None:
            return _key_page(request, translator(language_of(request))(_WRONG_KEY), HTTPStatus.FORBIDDEN)
        door.tries.passed("key")
        return _opened(request, site)


def _unlocked(unopened: Unopened, typed: str) -> Site | None:
    """The site, if the key is right. A file that looks damaged is one for another key: its place is not told yet."""
    try:
        return unopened.open(Secret(typed)) if typed else None
    except LedgerForeign:
        return None


def _key_page(request: Request, message: str | None = None, status: int = HTTPStatus.OK) -> Response:
    return page(request, "key.html", status, heading=N_("Key of the ledger"), message=message)


@endpoint
def new(request: Request, asked: Asked) -> Response:
    """Ask for the names of the office and whether to encrypt, and make the ledger."""
    with _one_at_a_time:
        unopened: Unopened | None = request.app.state.unopened
        if unopened is None or request.app.state.site is not None or unopened.made:
            return _home()
        if request.method != "POST":
            return _new_page(request, unopened, asked)
        try:
            site = unopened.make(_names(asked), _passphrase(asked))
        except AidLedgerError as error:
            message = error_text(error, ERRORS, language_of(request))
            return _new_page(request, unopened, asked, message, HTTPStatus.BAD_REQUEST)
        return _opened(request, site)


def _new_page(
    request: Request, unopened: Unopened, asked: Asked, message: str | None = None, status: int = HTTPStatus.OK
) -> Response:
    return page(
        request,
        "new.html",
        status,
        heading=N_("A new ledger"),
        message=message,
        place=unopened.place,
        doubts=unopened.doubts,
        keyed=unopened.encrypt is not None,
        can_encrypt=can_encrypt(),
        shortest=PASSPHRASE_MIN,
        typed={name: asked.text(name) or "" for name in ("district", "office", "encrypt")},
    )


def _names(asked: Asked) -> OfficeNames:
    district, office = (" ".join((asked.text(name) or "").split()) for name in ("district", "office"))
    if not says_something(district) or not is_text(district + office):
        raise DistrictMissing
    return OfficeNames(district, office if says_something(office) else None)


def _passphrase(asked: Asked) -> Secret | None:
    if asked.text("encrypt") is None:
        return None
    if asked.secret("passphrase") != asked.secret("again"):
        raise PasswordsDiffer
    return Secret(asked.secret("passphrase"))


def _opened(request: Request, site: Site) -> Response:
    try:
        admit(request.app, site)
    except AidLedgerError:
        site.ledger.close()
        raise
    return _home()


def _home() -> Response:
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)
