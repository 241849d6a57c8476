"""The district with its other lists: clean, or with faults."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import Random

from aidledger.catalogue.catalogue import Catalogue
from aidledger.demo.district import district_listings, rosters_of
from aidledger.demo.faults import (
    amounts,
    corrections,
    funds,
    months,
    notices,
    other_lists,
    outside,
    papers,
    pupils,
    registers,
    rotating,
)
from aidledger.demo.faults import rosters as roster_faults
from aidledger.demo.faults.corrections import Correction
from aidledger.demo.faults.key import Expected
from aidledger.demo.faults.lists import lists_of
from aidledger.demo.faults.money import allotments, statements
from aidledger.demo.faults.notices import PlannedNotice
from aidledger.demo.faults.planting import Planting
from aidledger.demo.faults.settling import pay_on, without_namesakes
from aidledger.demo.sheets import DemoRoster
from aidledger.domain.published import PublishedReport


@dataclass(frozen=True, slots=True)
class FaultyDistrict:
    """Rosters, the office's other lists, corrections after payment, and the key to all faults.

    Switch the programs ``running`` on first. Import in this order: ``rosters``, ``lists``; post the ``notices``; then
    ``corrected`` one by one, each superseding the roster that it names, ``recovered``.
    """

    running: Sequence[str]
    rosters: Sequence[DemoRoster]
    lists: Sequence[DemoRoster]
    notices: Sequence[PlannedNotice]
    corrected: Sequence[Correction]
    recovered: Sequence[DemoRoster]
    key: Sequence[Expected]


def faulty_district(
    catalogue: Catalogue,
    report: PublishedReport,
    seed: int = 2021,
    *,
    faults: bool = True,
    schools: Collection[str] | None = None,
) -> FaultyDistrict:
    """The district of a report with certifications, registers, allotments and bank returns that agree with it.

    ``faults``: whether faults are planted; otherwise the key is empty. ``schools``: the only senders. The same
    arguments give the same workbooks. Raises Unsolvable as the district without faults does, ValueError if it is too
    small for the faults.
    """
    every = district_listings(catalogue, report, seed)
    sent = every if schools is None else [listing for listing in every if listing.sender in schools]
    listings = without_namesakes(sent, Random(f"{seed}:namesakes"))
    planting = Planting.of(listings, catalogue, seed)
    pay_on(planting.drafts)
    planting.look_again()
    exchanged = rotating.plant(planting) if faults else ()
    if faults:
        planting.look_again()
        pupils.plant(planting)
        planting.look_again()
    semesters = sorted({draft.period for draft in planting.drafts if draft.period.semester}, key=lambda p: p.sort_key)
    lists = lists_of(planting, semesters)
    rotating.keep_enrolled(lists, exchanged)
    if faults:
        roster_faults.plant(planting)
        other_lists.plant(planting, lists)
        registers.plant(planting, lists)
        amounts.plant(planting)
        months.plant(planting)
    allotted = allotments(planting.drafts)
    returned = statements(planting.drafts)
    corrected: Sequence[Correction] = []
    recovered: Sequence[DemoRoster] = []
    if faults:
        allotted = funds.plant(planting, allotted, returned)
        funds.certified_late(planting, lists, returned)
        corrected, recovered = corrections.plant(planting, lists, returned)
    others = outside.plant(planting, lists, faults=faults)
    posted = notices.plant(planting, returned, corrected) if faults else []
    return FaultyDistrict(
        running=(outside.MEALS,),
        rosters=_in_order(rosters_of([draft.finished() for draft in planting.drafts], catalogue)),
        lists=_in_order([*papers.workbooks(report.district or catalogue.district, lists, allotted, returned), *others]),
        notices=posted,
        corrected=corrected,
        recovered=_in_order(recovered),
        key=sorted(set(planting.expected)),
    )


def _in_order(workbooks: Iterable[DemoRoster]) -> list[DemoRoster]:
    def path(workbook: DemoRoster) -> PurePosixPath:
        return workbook.path

    return sorted(workbooks, key=path)
