"""The schools with all of their names; renaming, merging and telling apart again, each confirmed with its figures."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, get_args

from starlette.responses import RedirectResponse, Response

from aidledger.domain.program import Stage
from aidledger.errors import SchoolNotJoined, UnknownDay
from aidledger.i18n import N_, translator
from aidledger.operations import ordering
from aidledger.operations import schools as operations
from aidledger.presentation.schools import joined_result, schools_result
from aidledger.web.answering import answered, choices_of, language_of, page, site_of
from aidledger.web.endpoint import endpoint
from aidledger.web.tables import draw_all

if TYPE_CHECKING:
    from starlette.requests import Request

    from aidledger.operations.schools import Joined
    from aidledger.web.asked import Asked
    from aidledger.web.site import Site

_DEEDS = ("rename", "merge", "undo")
_STAGES = [stage for stage in get_args(Stage) if stage != "any"]


@endpoint
def schools(request: Request, _asked: Asked) -> Response:
    """The schools, and what was renamed and merged."""
    site, language = site_of(request), language_of(request)
    translate = translator(language)
    viewed = operations.schools(site.ledger, site.catalogue)
    joined = [(one.number, f"{one.school} → {one.into}", one.stage) for one in viewed.found.successions if one.in_force]
    return answered(
        request,
        schools_result(viewed, language),
        "schools",
        template="school_names.html",
        heading=N_("Schools and their names"),
        changes=ordering.may(site.ledger, "office"),
        names=[one.name for one in viewed.found.schools],
        stages=choices_of(_STAGES, translate),
        joined=joined,
        today=site.today,
    )


@endpoint
def join(request: Request, asked: Asked) -> Response:
    """Show what a deed would come to, and do it once that is confirmed."""
    site, language = site_of(request), language_of(request)
    deed = asked.word("deed", _DEEDS) or "rename"
    confirmed = asked.text("confirmed") is not None
    joined = _do(site, asked, deed, keep=confirmed)
    if confirmed:
        return RedirectResponse("/settings/schools", HTTPStatus.SEE_OTHER)
    given = {name: asked.text(name) or "" for name in ("deed", "school", "into", "stage", "date", "why")}
    return page(
        request,
        "school_joined.html",
        heading=N_("Rename or merge a school"),
        tables=draw_all(joined_result(joined, language), translator(language)),
        given=given,
    )


def _do(site: Site, asked: Asked, deed: str, *, keep: bool) -> Joined:
    school, into, stage = asked.text("school") or "", asked.text("into") or "", asked.word("stage", _STAGES)
    if deed == "undo":
        of_all = operations.schools(site.ledger, site.catalogue).found.successions
        one = next((one for one in of_all if str(one.number) == school), None)
        if one is None:
            raise SchoolNotJoined(school=school)
        return operations.part(site.ledger, one.school, one.stage, asked.reason(), keep=keep)
    day = asked.day("date")
    if day is None:
        raise UnknownDay(text="")
    if deed == "rename":
        return operations.rename(site.ledger, school, into, day, asked.reason(), keep=keep)
    return operations.merge(site.ledger, school, into, stage, day, asked.reason(), keep=keep)
