"""Cases of the audit's rules as YAML: people, lists, and what is to be found.

Who is meant by a letter is made up here: name, a right ID number, born in 2006 unless ``born`` says otherwise; or
``people`` says who a letter is: ``[name, first 17 digits]``. ``lists`` come in the order in which they are imported. A
list has a title, a header of its own words and rows; ``who`` in a row stands for name and ID number (``b=张三``: called
so there). ``found`` says, rule by rule, whom or what the findings are about: letters of people, or a school; ``says``
what the facts of a rule's findings say, in order; ``costs`` what money (元) they are about, from the least;
``cites`` whose rows are its evidence; ``quiet`` names rules that must find nothing. ``program`` and ``period`` narrow
the audit. ``notices`` are posted after so many lists, in a week of October unless they say ``first`` and ``last``.
A list that ``supersedes`` a batch is its new version. ``file``: its name, where that says something.
``office``: what the office adds to programs; ``region``: whose standards hold, if not the national ones; ``runs``: the
programs that it switched on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import yaml

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.domain.finding import Finding
from aidledger.domain.identity import birth_of, check_digit, sex_of
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
    says: Mapping[str, list[str]]
    costs: Mapping[str, list[float]]
    cites: Mapping[str, list[str]]
    quiet: list[str]
    born: date
    reverse: int | None
    notices: Mapping[int, Sequence[Mapping[str, Any]]]
    program: str | None
    period: str | None
    people: Mapping[str, Person]
    region: str
    office: Sequence[Mapping[str, Any]]
    runs: Sequence[str]

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue by which the case is imported and audited: the shipped one, with what the office states."""
        known = _with(yaml.safe_dump(self.office, allow_unicode=True)) if self.office else catalogue()
        return known.of_region(self.region).switching(dict.fromkeys(self.runs, True))


def cases() -> Iterator[Case]:
    """All cases of all files."""
    for path in sorted(FOLDER.glob("*.yaml")):
        for one in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield Case(
                name=f"{path.stem}: {one['case']}",
                lists=one["lists"],
                found=one.get("found", {}),
                says=one.get("says", {}),
                costs=one.get("costs", {}),
                cites=one.get("cites", {}),
                quiet=one.get("quiet", []),
                born=one.get("born", date(2006, 3, 15)),
                reverse=one.get("reverse"),
                notices=_by_place(one.get("notices", [])),
                program=one.get("program"),
                period=one.get("period"),
                people={letter: _described(*said) for letter, said in one.get("people", {}).items()},
                region=one.get("region", NATIONAL),
                office=one.get("office", ()),
                runs=one.get("runs", ()),
            )


@cache
def _with(office: str) -> Catalogue:
    """The shipped catalogue with an office's additions to programs."""
    with TemporaryDirectory() as folder:
        programs = Path(folder, "programs")
        programs.mkdir()
        for at, addition in enumerate(yaml.safe_load(office)):
            (programs / f"{at}.yaml").write_text(yaml.safe_dump(addition, allow_unicode=True), encoding="utf-8")
        return load(Path(folder))


def _by_place(notices: Iterable[Mapping[str, Any]]) -> Mapping[int, Sequence[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = {}
    for notice in notices:
        found.setdefault(notice["after"], []).append(notice)
    return found


def _described(name: str, first_17: str) -> Person:
    number = first_17 + check_digit(first_17)
    return Person(name, number, sex_of(number), birth_of(number) or date.min)


def person(letter: str, born: date, people: Mapping[str, Person] = MappingProxyType({})) -> Person:
    """Whom a letter stands for."""
    return people[letter] if letter in people else made_up(1, first=ord(letter) - ord("a"), born=born)[0]


def grid(listed: Mapping[str, Any], born: date, people: Mapping[str, Person] = MappingProxyType({})) -> Grid:
    """A list as its sheet."""
    header = [word for word in listed["header"] if word != "who"]
    found: Grid = [[listed["title"]], ["姓名", "身份证号", *header] if "who" in listed["header"] else header]
    for row in listed["rows"]:
        if "who" in listed["header"]:
            who, *rest = row
            letter, _, called = who.partition("=")
            one = person(letter, born, people)
            found.append([called or one.name, one.number, *rest])
        else:
            found.append(list(row))
    return found


def bring_in_case(ledger: Ledger, case: Case) -> None:
    """Import a case's lists, contradictions and all."""
    for at, listed in enumerate(case.lists):
        content, version_of = xlsx_bytes(grid(listed, case.born, case.people)), listed.get("supersedes")
        result = bring_in(
            ledger,
            content,
            listed.get("file", f"{at}.xlsx"),
            record_conflicts=True,
            supersedes=version_of,
            known=case.catalogue,
        )
        assert result.outcome == "posted", [problem.code for problem in result.problems]
        for posted in case.notices.get(at + 1, ()):
            first, last = (posted.get(name, day) for name, day in (("first", _TERM.first), ("last", _TERM.last)))
            term = NoticeTerm(first, last)
            where = posted["program"], Period.parse(posted["period"]), term, posted.get("school")
            announcing.announce(ledger, case.catalogue, *where)


def subjects(finding: Finding, case: Case) -> str:
    """Whom a finding is about, as a case writes it: letters in order, else the school, else program and period."""
    letters = {person(chr(code), case.born).number: chr(code) for code in range(ord("a"), ord("z"))}
    letters |= {one.number: letter for letter, one in case.people.items()}
    numbers = [part for part in finding.about if part in letters]
    if numbers:
        return "".join(sorted(letters[number] for number in numbers))
    named = [str(part) for part in finding.about if str(part).endswith(("学", "园", "校"))]
    return named[0] if named else " ".join(str(part) for part in finding.about)


def findings(ledger: Ledger, rule: str, case: Case) -> list[Finding]:
    """What a rule finds in a case."""
    return list(auditing.audit(ledger, case.catalogue, [rule], case.program, case.period).found.findings)
