"""Answers to requests: pages, results in the format that was asked for, and refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from aidledger import __version__
from aidledger.domain.identity import masked_words
from aidledger.domain.layout import fold
from aidledger.domain.table import time_text
from aidledger.i18n import N_, Language, Translate, translator
from aidledger.presentation.failures import error_text
from aidledger.presentation.printable import printable, printable_lines
from aidledger.web.asked import Asked
from aidledger.web.assets import asset
from aidledger.web.remedies import ERRORS
from aidledger.web.tables import UNITS, Leads, draw

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.errors import AidLedgerError
    from aidledger.presentation.result import Result
    from aidledger.web.door import Session
    from aidledger.web.site import Site, Unopened

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
}
# The pages of the menu, in its order.
MENU: Sequence[tuple[str, str]] = (
    ("/", N_("Home")),
    ("/inbox", N_("Inbox")),
    ("/figures", N_("Posted figures")),
    ("/comparisons", N_("Comparisons")),
    ("/findings", N_("Findings")),
    ("/payments", N_("Paying")),
    ("/schools", N_("Schools")),
    ("/people", N_("People")),
    ("/reports", N_("Reports")),
    ("/batches", N_("Batches")),
    ("/settings", N_("Settings")),
)


# The only value of a field that is asked for or not.
YES: Sequence[tuple[str, str]] = (("yes", ""),)


@dataclass(frozen=True, slots=True)
class Choice:
    """A field above a table: its name, its label, and its choices, of which ``many`` may be taken; else it is typed."""

    name: str
    label: str
    choices: Sequence[tuple[str, str]] = ()
    many: bool = False
    hint: str = ""


def site_of(request: Request) -> Site:
    """The site as the session's person uses it."""
    site = cast("Site", request.app.state.site)
    return site.acting(session_of(request).actor)


def session_of(request: Request) -> Session:
    """The session, without which no page is reached."""
    return cast("Session", request.state.session)


def language_of(request: Request) -> Language:
    """The language that the reader chose, else the command's."""
    session: Session | None = getattr(request.state, "session", None)
    opened: Site | Unopened = request.app.state.site or request.app.state.unopened
    return (session.language if session else None) or opened.language


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "templates"
    templates = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    templates.filters["masked"] = lambda words: printable(masked_words(str(words)))
    templates.filters["masked_lines"] = lambda words: printable_lines(masked_words(str(words)))
    templates.filters["moment"] = time_text
    templates.filters["folded"] = fold
    templates.filters["wide"] = lambda words: not str(words).isascii()
    return templates


def page(request: Request, template: str, status: int = HTTPStatus.OK, **facts: object) -> HTMLResponse:
    """A page, from its template: one of the menu, or before somebody is inside one that tells nothing of the ledger."""
    language = language_of(request)
    session: Session | None = getattr(request.state, "session", None)
    site: Site | None = request.app.state.site
    inside = site is not None and session is not None and session.inside
    shared = {
        "_": translator(language),
        "language": language,
        "menu": MENU,
        "here": f"/{request.url.path.split('/')[1]}",
        "path": request.url.path,
        "asked": Asked(request.query_params),
        "shell": "base.html" if inside else "front.html",
        "site": site,
        "session": session,
        "actor": session.actor if session else "",
        "guarded": bool(request.app.state.door.guarded),
        "asset": asset,
        "urlencode": urlencode,
        "version": __version__,
    }
    return HTMLResponse(_templates().get_template(template).render(shared | facts), status)


def answered(
    request: Request,
    result: Result,
    name: str,
    *,
    template: str = "answer.html",
    status: int = HTTPStatus.OK,
    leads: Leads | None = None,
    **facts: object,
) -> Response:
    """A result as a page, or as the file that ``?format=`` asks for.

    ``name``: of the file, without personal data. ``leads``: where figures of the first table lead. ``facts``: what else
    the template shows; ``heading`` at least.
    """
    language = language_of(request)
    translate = translator(language)
    asked = Asked(request.query_params)
    form = asked.word("format", ("xlsx", "csv", "json"))
    if form is not None and facts.get("exports", True):
        return download(_rendered(result, form, translate if language == "zh" else None, translate), name, form)
    number = asked.number("page", 1)
    unit = asked.word("unit", UNITS) or "yuan"
    answers = enumerate(result.answers())
    tables = [draw(answer, number, translate, unit=unit, leads=None if i else leads) for i, answer in answers]
    said = result.said()
    shown = {
        "tables": tables,
        "unit": unit,
        "said": said,
        "fields": (),
        "actions": (),
        "revealed": result.reveal,
        "exports": True,
    }
    return page(request, template, status, **(shown | facts))


def _rendered(result: Result, form: str, titled: Translate | None, translate: Translate) -> bytes:
    if form == "xlsx":
        return result.workbook(translate)
    if form == "csv":
        return result.csv(titled).encode("utf-8-sig")
    return result.json().encode()


def download(content: bytes, name: str, form: str) -> Response:
    """A file to be saved, under a name that may be Chinese."""
    disposition = f"attachment; filename*=UTF-8''{quote(f'{name}.{form}', safe='')}"
    return Response(content, media_type=_TYPES[form], headers={"content-disposition": disposition})


def refused(request: Request, error: AidLedgerError) -> HTMLResponse:
    """An error of ours in the reader's language, with the status of its kind."""
    message = error_text(error, ERRORS, language_of(request))
    return page(request, "refused.html", status_of(error), message=message, heading=N_("This was not done"))


def status_of(error: AidLedgerError) -> int:
    """The status of an error's kind."""
    name = type(error).__name__
    if name.startswith("Unknown"):
        return HTTPStatus.NOT_FOUND
    if name in {"NotNamed", "OtherRole"}:
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.BAD_REQUEST if error.exit_code == 2 else HTTPStatus.CONFLICT  # noqa: PLR2004 - the contract's


def choices_of(words: Mapping[str, str] | Sequence[str], translate: Translate) -> list[tuple[str, str]]:
    """Choices by value, with labels that are translated."""
    pairs = words.items() if isinstance(words, Mapping) else ((word, word) for word in words)
    return [(value, translate(label)) for value, label in pairs]


def programs_of(site: Site, language: Language) -> list[tuple[str, str]]:
    """The programs as choices."""
    return [(code, program.name(language)) for code, program in site.catalogue.in_force.items()]
