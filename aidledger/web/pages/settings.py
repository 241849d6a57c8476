"""People and roles, remembered columns, standards, rules, the access log, sign-ins; language; leaving."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, get_args

from starlette.responses import RedirectResponse, Response

from aidledger.audit.rules import ACROSS, RULES
from aidledger.domain.role import same_name
from aidledger.domain.term import Period
from aidledger.errors import EndedByOthers
from aidledger.i18n import N_, Language, translator
from aidledger.operations import actors, mapping, offices, ordering, passwords, reporting, rights
from aidledger.presentation.accesses import accesses_result, sign_ins_result
from aidledger.presentation.actors import actors_result
from aidledger.presentation.audits import rules_result
from aidledger.presentation.catalogues import programs_result
from aidledger.presentation.mappings import mappings_result
from aidledger.web.answering import Choice, answered, language_of, page, session_of, site_of
from aidledger.web.asked import Asked
from aidledger.web.endpoint import endpoint
from aidledger.web.pages.signing import people_and_sessions
from aidledger.web.tables import draw

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.web.door import Door
    from aidledger.web.site import Site, Unopened

LANGUAGES: Sequence[Language] = get_args(Language)


@endpoint
def settings(request: Request, _asked: Asked) -> Response:
    """People and roles, and the columns remembered for schools."""
    site, translate = site_of(request), translator(language_of(request))
    roll = actors.actors(site.ledger)
    results = [mappings_result(mapping.remembered(site.ledger))]
    if not roll.reviewed:  # what that means; who has which role stands below, beside the passwords
        results.insert(0, actors_result(roll))
    tables = [draw(answer, 1, translate) for result in results for answer in result.answers()]
    return page(request, "settings.html", heading=N_("Settings"), tables=tables, signing=people_and_sessions(request))


@endpoint
def programs(request: Request, asked: Asked) -> Response:
    """The programs and the standards in force in a term."""
    site, language = site_of(request), language_of(request)
    held = site.ask(reporting.summary, None, None, ()).found.last
    period = asked.period("period") or Period.parse(held or f"{site.today.year}-autumn")
    result = programs_result(site.catalogue, period, language)
    fields = (Choice("period", N_("Period"), hint=period.code),)
    catalogue = site.catalogue
    return answered(
        request,
        result,
        "programs",
        template="programs.html",
        heading=N_("Programs and standards"),
        fields=fields,
        changes=ordering.may(site.ledger, "office"),
        region=catalogue.region,
        regions=[(code, region.name(language)) for code, region in catalogue.regions.items()],
        running=[(code, one.name(language), one.in_force) for code, one in catalogue.programs.items()],
    )


@endpoint
def change_programs(request: Request, asked: Asked) -> Response:
    """Set whose standards hold, and which programs the office runs."""
    site = site_of(request)
    on = asked.texts("program", list(site.catalogue.programs))
    off = [code for code in site.catalogue.programs if code not in on]
    offices.change(site.ledger, site.catalogue, None, None, asked.word("region", list(site.catalogue.regions)))
    offices.switch(site.ledger, site.catalogue, on, off)
    return RedirectResponse("/settings/programs", HTTPStatus.SEE_OTHER)


@endpoint
def rules(request: Request, _asked: Asked) -> Response:
    """The rules of the audit."""
    result = rules_result([*RULES, *ACROSS], language_of(request))
    return answered(request, result, "rules", heading=N_("Audit rules"))


@endpoint
def accesses(request: Request, _asked: Asked) -> Response:
    """Who saw full numbers, when and why."""
    site, translate = site_of(request), translator(language_of(request))
    result = accesses_result(rights.accesses(site.ledger, None, None, None), translate)
    return answered(request, result, "accesses", heading=N_("Access log"))


@endpoint
def sign_ins(request: Request, _asked: Asked) -> Response:
    """Who tried to sign in, when, and at which computer."""
    result = sign_ins_result(passwords.sign_ins(site_of(request).ledger))
    return answered(request, result, "sign-ins", heading=N_("Sign-ins"))


@endpoint
def language(request: Request, asked: Asked) -> Response:
    """Read in another language, on the page where one was."""
    session_of(request).language = asked.word("language", LANGUAGES)
    return RedirectResponse(asked.path("back"), HTTPStatus.SEE_OTHER)


@endpoint
def leave(request: Request, _asked: Asked) -> Response:
    """End the server, for whom the office lets work with it, and for who started it."""
    site: Site | None = request.app.state.site
    door: Door = request.app.state.door
    if site is not None and same_name(session_of(request).actor) != same_name(door.actor):
        ledger = site_of(request).ledger
        if not (ordering.may(ledger, "import") or ordering.may(ledger, "release")):
            raise EndedByOthers(by=door.actor)
    answer = page(request, "left.html", heading=N_("aidledger has ended"))
    opened: Site | Unopened = request.app.state.site or request.app.state.unopened
    opened.quit()
    return answer
