"""Cases of the audit's rules as YAML: people, lists, and what is to be found.

A case names its ``people`` (who is meant by a letter is made up here: name, a right ID number, born in 2006 unless
``born`` says otherwise) and its ``lists`` in the order in which they are imported. A list has a title, a header of
its own words and rows; ``who`` in a row stands for name and ID number (``b=张三``: called so there). ``found`` says,
rule by rule, whom or what the findings are about: letters of people, or a school; ``quiet`` names rules that must find
nothing. ``notices`` are posted after so many lists. A list that ``supersedes`` a batch is its new version. ``region``:
whose standards hold, if not the national ones; ``programs``: what the office runs beside the nine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from aidledger.catalogue.catalogue import Catalogue
from aidledger.domain.finding import Finding
from aidledger.domain.notice import NoticeTerm
from aidledger.domain.region import NATIONAL
from aidledger.domain.term import Period
from aidledger.operations import announcing, auditing
from aidledger.store.ledger import Ledger
from tests.builders import Grid, xlsx_bytes
from tests.builders import people as made_up
from tests.builders.people import Person
from tests.store.ledgers import bring_in, catalogue

_TERM = NoticeTerm(date(2021, 10, 11), date(2021, 10, 15))
FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a file."""

    name: str
    lists: list[Mapping[str, Any]]
    found: Mapping[str, list[str]]
    quiet: list[str]
    born: date
    reverse: int | None
    notices: Mapping[int, Mapping[str, str]]
    period: str | None
    catalogue: Catalogue


def cases() -> Iterator[Case]:
    """All cases of all files."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for one in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield Case(
                name=f"{path.stem}: {one['case']}",
                lists=one["lists"],
                found=one.get("found", {}),
                quiet=one.get("quiet", []),
                born=one.get("born", date(2006, 3, 15)),
                reverse=one.get("reverse"),
                notices={notice["after"]: notice for notice in one.get("notices", [])},
                period=one.get("period"),
                catalogue=_used(one.get("region", NATIONAL), tuple(one.get("programs", ()))),
            )


@cache
def _used(region: str, programs: tuple[str, ...]) -> Catalogue:
    return catalogue().of_region(region).switching(dict.fromkeys(programs, True))


def person(letter: str, born: date) -> Person:
    """Whom a letter stands for."""
    return made_up(1, first=ord(letter) - ord("a"), born=born)[0]


def grid(listed: Mapping[str, Any], born: date) -> Grid:
    """A list as its sheet."""
    header = [word for word in listed["header"] if word != "who"]
    found: Grid = [[listed["title"]], ["姓名", "身份证号", *header] if "who" in listed["header"] else header]
    for row in listed["rows"]:
        if "who" in listed["header"]:
            who, *rest = row
            letter, _, called = who.partition("=")
            one = person(letter, born)
            found.append([called or one.name, one.number, *rest])
        else:
            found.append(list(row))
    return found


def bring_in_case(ledger: Ledger, case: Case) -> None:
    """Import a case's lists, contradictions and all."""
    for at, listed in enumerate(case.lists):
        content, version_of = xlsx_bytes(grid(listed, case.born)), listed.get("supersedes")
        result = bring_in(
            ledger, content, f"{at}.xlsx", record_conflicts=True, supersedes=version_of, used=case.catalogue
        )
        assert result.outcome == "posted", [problem.code for problem in result.problems]
        if at + 1 in case.notices:
            posted = case.notices[at + 1]
            where = posted["program"], Period.parse(posted["period"]), _TERM, posted.get("school")
            announcing.announce(ledger, case.catalogue, *where)


def subjects(finding: Finding, born: date) -> str:
    """Whom a finding is about, as a case writes it: letters in order, else the school, else program and period."""
    letters = {person(chr(code), born).number: chr(code) for code in range(ord("a"), ord("z"))}
    numbers = [part for part in finding.about if part in letters]
    if numbers:
        return "".join(sorted(letters[number] for number in numbers))
    named = [str(part) for part in finding.about if str(part).endswith(("学", "园", "校"))]
    return named[0] if named else " ".join(str(part) for part in finding.about)


def findings(ledger: Ledger, rule: str, case: Case) -> list[Finding]:
    """What a rule finds in a case."""
    return list(auditing.audit(ledger, case.catalogue, [rule], period=case.period).found.findings)
