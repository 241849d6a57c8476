"""Every result of every command, of a pupil whose numbers no pattern knows: none leaves unless it is revealed."""

from __future__ import annotations

import importlib
import inspect
import io
import pkgutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from aidledger import presentation
from aidledger.audit import rules
from aidledger.domain.changes import PaymentChange
from aidledger.domain.cut import Cut
from aidledger.domain.notice import NoticeTerm
from aidledger.domain.term import Period
from aidledger.i18n import translator
from aidledger.operations import (
    actors,
    announcing,
    auditing,
    facsimiles,
    gathering,
    ledgers,
    mapping,
    offices,
    ordering,
    paying,
    people,
    reconciling,
    reporting,
    rights,
    schools,
    tracing,
)
from aidledger.operations.answering import Answers, RefusedLine
from aidledger.operations.examining import Guard
from aidledger.operations.jobs import JobFile, JobRecord
from aidledger.operations.ordering import OrderScope
from aidledger.operations.results import FileResult, ImportResult
from aidledger.operations.views import Reveal, Viewed
from aidledger.presentation import (
    accesses,
    audits,
    batches,
    bridges,
    catalogues,
    comparisons,
    coverages,
    deliveries,
    entries,
    forgetting,
    imports,
    jobs,
    lakes,
    mappings,
    matrices,
    notices,
    returns,
    sheets,
    statements,
    summaries,
    traces,
    verdicts,
)
from aidledger.presentation import actors as rolls
from aidledger.presentation import answers as returned
from aidledger.presentation import offices as settings
from aidledger.presentation import ordering as drafts
from aidledger.presentation import paying as payments
from aidledger.presentation import people as histories
from aidledger.presentation import rights as copies
from aidledger.presentation import schools as called
from aidledger.presentation.result import Result
from aidledger.reports.returns import Span
from aidledger.sheets.facsimile import Excerpt, Facsimile
from aidledger.store.accounts import SignIn
from aidledger.store.ledger import Ledger
from tests.builders import Cell, Grid, xlsx_bytes
from tests.store.ledgers import bring_in, catalogue, clock, new_ledger

TODAY = clock().date()

# Passports, a card and schools' numbers, too short for what finds numbers in words.
NUMBER, ACCOUNT, STUDENT_NUMBER = "E8765431", "62179753", "G7654321"
OTHER, OTHER_STUDENT_NUMBER = "E8765432", "G7654322"
LONG = "511303200603150023"
MARKED = (LONG, NUMBER, OTHER, ACCOUNT, STUDENT_NUMBER, OTHER_STUDENT_NUMBER)
PERIOD = Period.parse("2021-autumn")
PUBLISHED = "gaoping-2021-2022h1"
say = translator("zh")
chosen = ("high-school-grant",)


@dataclass(frozen=True)
class World:
    """A ledger with a pupil and one who may be the same, paid by an order to one card; every question is asked."""

    ledger: Ledger
    folder: Path
    reveal: Reveal | None

    def imported(self) -> Result:
        again = xlsx_bytes([*_grid(), _ROW])
        done = bring_in(self.ledger, again, "again.xlsx", record_conflicts=False)
        return imports.import_result(ImportResult([done], "head"), {}, catalogue(), "zh")


_ROW: list[Cell] = ["SMITH ANNA", "护照", NUMBER, STUDENT_NUMBER, "女", "2005-01-02", ACCOUNT, 1000]
_OTHER_ROW: list[Cell] = ["SMITH ANNA", "护照", OTHER, OTHER_STUDENT_NUMBER, "女", "2005-01-02", ACCOUNT, 1000]


def _grid() -> Grid:
    header: list[Cell] = ["姓名", "证件类型", "身份证号", "学籍号", "性别", "出生日期", "银行卡号", "金额"]
    return [["金溪中学2021年秋季学期普通高中国家助学金花名册"], header, _ROW, _OTHER_ROW]


def _of_people(ledger: Ledger) -> Iterator[tuple[Callable[..., Result], Callable[[], Result]]]:
    tries = [SignIn("2026-11-30T00:00:00Z", f"王{LONG}", "192.0.2.7", let_in=False)]
    yield accesses.sign_ins_result, lambda: accesses.sign_ins_result(tries)
    yield rolls.actors_result, lambda: rolls.actors_result(actors.actors(ledger))


def _of_settings(ledger: Ledger) -> Iterator[tuple[Callable[..., Result], Callable[[], Result]]]:
    yield settings.office_result, lambda: settings.office_result(offices.settings(ledger), catalogue(), "zh")
    yield settings.running_result, lambda: settings.running_result(catalogue(), "zh")
    yield called.schools_result, lambda: called.schools_result(schools.schools(ledger, catalogue()), "zh")
    yield called.joined_result, lambda: called.joined_result(_renamed(ledger), "zh")


def _renamed(ledger: Ledger) -> schools.Joined:
    """What a new name would come to."""
    return schools.rename(ledger, "金溪中学", "金溪实验中学", date(2022, 1, 1), "renamed", keep=False)


def _results(world: World) -> Iterator[tuple[Callable[..., Result], Callable[[], Result]]]:
    """The function of each result, and what makes one of this world."""
    ledger, reveal, programs = world.ledger, world.reveal, catalogue()
    names = {code: program.name("zh") for code, program in programs.programs.items()}
    report = reporting.published_report(programs, PUBLISHED)
    term = NoticeTerm(TODAY, TODAY.replace(day=20))

    def finding() -> Result:
        found = auditing.audit(ledger, programs).found.findings[0]
        return audits.finding_result(auditing.finding(ledger, programs, found.id, reveal), programs, TODAY, "zh")

    def settled() -> Result:
        return payments.settled_result(paying.orders(ledger)[0], programs, "zh")

    def reconciled() -> Result:
        lines = reconciling.reconcile(ledger, programs, ("declared", "standard"), (), details=True, reveal=reveal)
        return comparisons.reconciled_result(lines, programs, "zh", everything=True, details=True)

    def noticed() -> Result:
        made = announcing.announce(ledger, programs, *chosen, PERIOD, term, None, preview=True)
        return notices.notice_result(made, programs, "zh")

    yield (
        drafts.draft_result,
        lambda: drafts.draft_result(ordering.draft(ledger, programs, OrderScope(chosen, PERIOD)), programs, "zh"),
    )
    yield payments.exported_result, lambda: payments.exported_result(_export(world))
    yield drafts.unmatched_result, lambda: drafts.unmatched_result(ordering.unmatched(ledger))
    yield accesses.accesses_result, lambda: accesses.accesses_result(rights.accesses(ledger, None, None, None), say)
    yield from _of_people(ledger)
    yield from _of_settings(ledger)
    yield (
        audits.audit_result,
        lambda: audits.audit_result(auditing.audit(ledger, programs, reveal=reveal), None, programs, TODAY, "zh"),
    )
    yield audits.finding_result, finding
    yield audits.rule_result, lambda: audits.rule_result(rules.RULES[0], "zh")
    yield audits.rules_result, lambda: audits.rules_result(rules.RULES, "zh")
    yield batches.batches_result, lambda: batches.batches_result(ledgers.batches(ledger))
    yield batches.batch_result, lambda: batches.batch_result(ledgers.batch(ledger, 1, reveal), programs, "zh")
    yield bridges.bridges_result, lambda: _bridge(ledger)
    yield catalogues.program_result, lambda: catalogues.program_result(programs, programs.program(*chosen), "zh")
    yield catalogues.programs_result, lambda: catalogues.programs_result(programs, PERIOD, "zh")
    job = JobRecord("Check", "office", "2026-11-30T00:00:00Z", files=[JobFile("a.xlsx", "", "waiting")])
    yield jobs.jobs_result, lambda: jobs.jobs_result([job], "zh")
    yield jobs.job_result, lambda: jobs.job_result(job, "zh")
    yield (
        comparisons.compared_result,
        lambda: comparisons.compared_result(reporting.compare(ledger, programs, report), report, programs, "zh"),
    )
    yield comparisons.reconciled_result, reconciled
    yield (
        copies.copy_result,
        lambda: copies.copy_result(rights.export(ledger, programs, "1", Reveal("asked")), TODAY, names),
    )
    yield (
        payments.dues_result,
        lambda: payments.dues_result(
            paying.due(ledger, programs, (), None, None, ("person",), rows="all", reveal=reveal), programs, "zh"
        ),
    )
    yield payments.order_result, lambda: payments.order_result(paying.order(ledger, 1, reveal), programs, "zh")
    yield payments.orders_result, lambda: payments.orders_result(paying.orders(ledger), programs, "zh")
    yield payments.settled_result, settled
    yield (
        entries.entries_result,
        lambda: entries.entries_result(reporting.entries(ledger, programs, "kind=aid", reveal), programs, "zh"),
    )
    yield (
        entries.sample_result,
        lambda: entries.sample_result(auditing.sample(ledger, programs, "1", 3, reveal=reveal), programs, "zh"),
    )
    yield imports.import_result, world.imported
    yield lakes.exported_result, lambda: lakes.exported_result(None, "511303", say)
    yield mappings.mappings_result, lambda: mappings.mappings_result(mapping.remembered(ledger))
    yield (
        matrices.matrix_result,
        lambda: matrices.matrix_result(gathering.gathered(ledger, programs, PERIOD), programs, "zh"),
    )
    yield (
        matrices.owing_result,
        lambda: matrices.owing_result(gathering.gathered(ledger, programs, PERIOD), programs, "zh"),
    )
    yield returned.answers_result, lambda: returned.answers_result(_answers(), "zh")
    yield notices.notice_result, noticed
    yield (
        histories.people_result,
        lambda: histories.people_result(people.person(ledger, programs, "SMITH ANNA", reveal), programs, "zh"),
    )
    yield (
        returns.return_result,
        lambda: returns.return_result(
            reporting.national_return(ledger, programs, Span(2021, False, None, None)), programs, "zh"
        ),
    )
    yield from _results_of_sheets(world)
    yield from _results_of_reports(world)


def _results_of_reports(world: World) -> Iterator[tuple[Callable[..., Result], Callable[[], Result]]]:
    ledger, reveal, programs = world.ledger, world.reveal, catalogue()
    yield (
        statements.statement_result,
        lambda: statements.statement_result(reporting.school_statement(ledger, programs, "金溪中学"), programs, "zh"),
    )
    yield (
        histories.movements_result,
        lambda: histories.movements_result(people.person(ledger, programs, "1"), programs, "zh"),
    )
    yield summaries.paragraph_result, lambda: summaries.paragraph_result(reporting.paragraph(ledger, programs))
    yield (
        summaries.summary_result,
        lambda: summaries.summary_result(reporting.summary(ledger, programs), programs, "zh"),
    )
    yield traces.trace_result, lambda: traces.trace_result(tracing.trace(ledger, 1, reveal))
    yield verdicts.verdict_result, lambda: verdicts.verdict_result(ledgers.verify(ledger), say)
    yield (
        forgetting.forgotten_result,
        lambda: forgetting.forgotten_result(rights.forget(ledger, "1", "asked"), say),
    )


def _results_of_sheets(world: World) -> Iterator[tuple[Callable[..., Result], Callable[[], Result]]]:
    ledger, reveal, programs = world.ledger, world.reveal, catalogue()
    yield (
        coverages.coverage_result,
        lambda: coverages.coverage_result(reporting.coverage_by_stage(ledger, PERIOD), PERIOD),
    )
    yield deliveries.files_result, lambda: deliveries.files_result("", [_corrected()], programs, "zh")
    yield deliveries.kinds_result, lambda: deliveries.kinds_result([_corrected()])
    yield sheets.sheet_result, lambda: sheets.sheet_result(_sheet(ledger, reveal))
    yield sheets.differences_result, lambda: sheets.differences_result(_corrected(), programs, "zh")


def _sheet(ledger: Ledger, reveal: Reveal | None) -> Viewed[Facsimile]:
    with closing(Guard()) as guard:
        found = facsimiles.of_batch(ledger, catalogue(), 1, Excerpt(), guard, reveal)
    return Viewed(found.found.sheet, found.head, found.revealed)


def _corrected() -> FileResult:
    """A file that pays one of the marked people on another card than before."""
    before = {"program": "high-school-grant", "period": "2021-autumn", "amount_fen": 100, "name_stated": None}
    changes = [PaymentChange("某某", NUMBER, before | {"account": OTHER}, before | {"account": ACCOUNT})]
    return FileResult("a", "", "roster", "rejected", None, [], [], {}, 0, [], [], supersedes=1, differences=changes)


def _bridge(ledger: Ledger) -> Result:
    cuts = Cut.parse("calendar-year:2021"), Cut.parse("school-year:2021")
    return bridges.bridges_result(reporting.bridge(ledger, catalogue(), *cuts), *cuts, catalogue(), "zh")


def _answers() -> Answers:
    """A working paper into which somebody wrote a number."""
    return Answers([], [], [RefusedLine("511302200601010012", "Audit!A3", "{id}", {"id": "511302200601010012"})], 0)


def _export(world: World) -> paying.Exported:
    target = world.folder / f"bank-{world.reveal is None}.xlsx"
    return paying.export(world.ledger, catalogue(), chosen, PERIOD, None, target, "term")


def _forms(result: Result) -> str:
    """Everything that may leave of a result, in every form."""
    left = [result.json(), result.said(), *map(str, result.answers())]
    if result.tables():
        left.append(result.csv(say))
        with zipfile.ZipFile(io.BytesIO(result.workbook(say))) as book:
            left += [book.read(name).decode("utf-8") for name in book.namelist() if name.endswith(".xml")]
    return "\n".join(left)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    ledger = new_ledger(tmp_path)
    assert bring_in(ledger, xlsx_bytes(_grid())).outcome == "posted"
    yield World(ledger, tmp_path, None)
    ledger.close()


def test_no_number_leaves_that_is_not_revealed(world: World) -> None:
    for function, make in _results(world):
        result = make()
        if function is copies.copy_result:  # in full, for whom it is about
            continue
        left = _forms(result)
        assert [number for number in MARKED if number in left] == [], function.__name__


def test_numbers_that_are_revealed_are_whole(world: World) -> None:
    revealing = World(world.ledger, world.folder, Reveal("asked"))
    shown: dict[str, list[str]] = {}
    for function, make in _results(revealing):
        left = _forms(make())
        if numbers := [number for number in MARKED if number in left]:
            shown[function.__name__] = numbers
    assert shown == {
        "audit_result": [NUMBER, OTHER],
        "batch_result": [NUMBER, OTHER, ACCOUNT],
        "copy_result": [NUMBER, ACCOUNT, STUDENT_NUMBER],
        "dues_result": [NUMBER, OTHER],
        "entries_result": [NUMBER, OTHER, ACCOUNT],
        "finding_result": [NUMBER, OTHER],
        "order_result": [NUMBER, OTHER, ACCOUNT],
        "people_result": [NUMBER, OTHER, ACCOUNT, STUDENT_NUMBER, OTHER_STUDENT_NUMBER],
        "sample_result": [NUMBER, OTHER, ACCOUNT],
        "sheet_result": [NUMBER, OTHER, ACCOUNT, STUDENT_NUMBER, OTHER_STUDENT_NUMBER],
        "trace_result": [NUMBER, ACCOUNT, STUDENT_NUMBER],
    }


def test_every_result_is_among_them(world: World) -> None:
    there = set()
    for module in pkgutil.iter_modules(presentation.__path__, f"{presentation.__name__}."):
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if name.endswith("_result") and function.__module__ == module.name:
                there.add(function)
    assert {function for function, _ in _results(world)} == there
