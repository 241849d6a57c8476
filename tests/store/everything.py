"""A ledger in which every table has rows, each put there by a command: what is tampered with in test_closed_world."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from aidledger.catalogue.loading import load
from aidledger.domain.secret import Secret
from aidledger.store.chain import events
from aidledger.store.chain.seals import SealKey
from aidledger.store.database.keys import Keys
from aidledger.store.ledger import Ledger, open_ledger
from aidledger.store.master.catalogues import ensure_loaded
from tests.builders import Grid, people, roster_grid, xlsx_bytes
from tests.builders.lists import (
    allotment_grid,
    bank_return_grid,
    certification_grid,
    death_grid,
    fee_receipt_grid,
    national_export_grid,
    population_grid,
    quota_grid,
    recovery_grid,
    register_grid,
    school_amounts_grid,
    staff_grid,
)
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import ACTOR, KEYS, bring_in, clock, opened

CARDS = ("6217001234567890123", "6217001234567890456")
_SCHOOLS = """\
district: 高坪区
schools:
  - {name: 金溪中学, aliases: [金溪中学校, 金中]}
  - {name: 江北职业中学, aliases: [江北职中, 江职]}
"""
_OF_TERM = ("--program", "high-school-grant", "--period", "2021-autumn")


class Office:
    """One who does things to a ledger, file by file."""

    def __init__(self, place: str, folder: Path, seal: Secret | None) -> None:
        self._place = place
        self._folder = folder
        self._keys = Keys(KEYS.file, lambda: seal)
        self._env = {}
        if seal is not None:
            with closing(opened(place)) as ledger, ledger.writing("seal") as books:
                events.seal(books, ledger.moment(), ACTOR, SealKey(seal))
            (folder / "seal.key").write_text(seal.text, encoding="utf-8")
            (folder / "seal.key").chmod(0o600)
            self._env = {"AIDLEDGER_SEAL_KEY_FILE": str(folder / "seal.key")}
        (folder / "office.yaml").write_text(_SCHOOLS, encoding="utf-8")
        with self._opened() as ledger, ledger.writing("import") as books:
            ensure_loaded(books, load(folder), ledger.moment(), ACTOR)

    def _opened(self) -> closing[Ledger]:
        return closing(open_ledger(self._place, ACTOR, clock, keys=self._keys))

    def does(self, *words: str | Path, actor: str = ACTOR) -> Ran:
        ran = aidledger("--actor", actor, *words, ledger=self._place, env=self._env)
        assert ran.exit_code in {0, 1}, ran.stderr
        return ran

    def imports(self, name: str, grid: Grid, supersedes: int | None = None) -> None:
        with self._opened() as ledger:
            done = bring_in(ledger, xlsx_bytes(grid), name, record_conflicts=True, supersedes=supersedes)
        assert done.outcome == "posted", done

    def orders(self, name: str, *which: str) -> None:
        """Ask the bank for what is due, and let somebody else release it."""
        path = self._folder / f"{name}.xlsx"
        self.does("pay", "export", *which, "--reason", "term", "-o", path)
        self.does("pay", "release", name, "--file", path, actor="wang")


def enter(place: str, folder: Path, seal: Secret | None = None) -> None:
    """Fill an empty ledger, sealed from then on where there is a ``seal``; ``folder``: an empty one to work in."""
    office = Office(place, folder, seal)
    office.imports("01.xlsx", _roster(4))
    office.imports("02.xlsx", _roster(4, first=10, school="东山中学", term="2022年春季"))
    office.imports("03.xlsx", _roster(3, first=10, school="东山中学", term="2022年春季", grade="高二"), supersedes=2)
    office.imports("04.xlsx", _month("9月份"))
    office.imports("05.xlsx", _month("10月份"))
    office.imports("06.xlsx", _foreigners())
    office.imports("07.xlsx", _corrected(), supersedes=1)
    office.imports("08.xlsx", certification_grid(3))
    office.imports("09.xlsx", certification_grid(2, title="东山中学2021年秋季学期家庭经济困难学生认定名册"))
    office.imports("10.xlsx", register_grid(3, left=[1]))
    office.imports("11.xlsx", allotment_grid())
    office.orders("1", *_OF_TERM)
    office.orders("2", "--period", "2021-autumn", "--program", "vocational-grant")
    office.imports("12.xlsx", bank_return_grid(3, failed=[1]))
    office.imports("13.xlsx", recovery_grid(2))
    office.imports("14.xlsx", population_grid(2))
    office.imports("15.xlsx", school_amounts_grid())
    office.imports("16.xlsx", quota_grid())
    office.imports("17.xlsx", fee_receipt_grid(2))
    office.imports("18.xlsx", staff_grid(2))
    office.imports("19.xlsx", death_grid(2))
    office.imports("20.xlsx", national_export_grid(2))
    office.does("reverse", "9", "--reason", "sent in error")
    for school, term in (("金溪中学", "2021-autumn"), ("东山中学", "2022-spring")):
        of_school = ("--program", "high-school-grant", "--period", term, "--school", school)
        office.does(
            "report",
            "notice",
            *of_school,
            "--from",
            "2022-03-07",
            "--to",
            "2022-03-18",
            "-o",
            folder / f"{school}.xlsx",
        )
    office.does("actors", "name", "wang", "--role", "reviewer", actor="wang")
    office.does("actors", "name", ACTOR, "--role", "clerk", actor="wang")
    said = ("--date", "2022-03-01", "--reason", "one school")
    office.does("office", "schools", "rename", "东山中学", "东山实验中学", *said, actor="wang")
    office.does("office", "schools", "merge", "江北职业中学", "金溪中学", "--stage", "vocational", *said, actor="wang")
    office.does("office", "schools", "undo", "江北职业中学", "--stage", "vocational", *said[2:], actor="wang")
    finding = office.does("audit", "--format", "json").json["findings"][0]["id"]
    office.does("finding", finding, "--close", "known", actor="wang")
    office.does("person", people(1)[0].number, "--reveal", "--reason", "asked")


def _roster(
    rows: int, *, first: int = 0, school: str = "金溪中学", term: str = "2021年秋季", grade: str = "高一"
) -> Grid:
    headers = ("序号", "姓名", "身份证号", "性别", "年级", "学籍号", "银行卡号", "发放金额")
    title = f"{school}{term}学期普通高中国家助学金发放花名册"
    return roster_grid(rows, title=title, headers=headers, first=first, fill={"年级": grade})


def _corrected() -> Grid:
    """The first roster with another number of its last pupil, and without the one before."""
    grid = _roster(4)
    other = people(1, first=30)[0]
    last = [*grid[5]]
    last[1:3] = [grid[5][1], other.number]
    return [*grid[:4], last, ["合计", None, None, None, None, None, None, 3000]]


def _month(part: str) -> Grid:
    """Three pupils paid for one month of the term."""
    title = f"江北职业中学2021年秋季学期中职国家助学金花名册({part})"
    headers = ("姓名", "身份证号", "银行卡号", "金额")
    return roster_grid(3, title=title, headers=headers, first=20, fill={"金额": 200}, total=False)


def _foreigners() -> Grid:
    """People whose number says neither birth nor sex."""
    return [
        ["江北职业中学2021年秋季学期中职国家助学金花名册"],
        ["姓名", "证件类型", "证件号码", "性别", "学籍号", "银行卡号", "金额"],
        ["阮文安", "外国护照", "E12345678", "男", "G2021000001", CARDS[0], 1000],
        ["李美玲", "外国护照", "K98765432", "女", "G2021000002", CARDS[1], 1000],
    ]
