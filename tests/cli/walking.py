"""Every command of the program, on a ledger in which full numbers stand wherever a person can write one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import openpyxl

from aidledger.cli.main import cli
from tests.builders import Grid, people, roster_grid, with_cells, xlsx_bytes
from tests.builders.lists import allotment_grid, bank_return_grid, certification_grid, register_grid
from tests.cli.harness import Ran, aidledger
from tests.store.ledgers import no_ledger_yet

# As clerks write them: into the name of a file or a sheet, a header, a reason, beside their own name.
WRITTEN = [person.number for person in people(8, first=700)]
PEOPLE = people(6)
STRANGER = people(1, first=800)[0]
CARDS = [f"6217200603158866{serial:03d}" for serial in range(7)]
SHEET = f"高一 {WRITTEN[0]}"
SCHOOL = "金溪中学"
OTHER_SCHOOL = "城关中学"
RENAMED = f"金溪高级中学{WRITTEN[5]}"
HEADER = f"号{WRITTEN[1]}"
ACTOR = f"王老师{WRITTEN[2]}"
REASON = f"家长来电 {WRITTEN[3]}"
_TITLE = "金溪中学2021年秋季学期普通高中国家助学金发放花名册"


@dataclass(frozen=True, slots=True)
class World:
    """A ledger, the folder in which files for it lie, and the names of some."""

    folder: Path
    place: str

    def run(self, *arguments: str | Path, actor: str = ACTOR, lang: str = "en") -> Ran:
        """Run a command as a clerk who signs with more than a name."""
        return aidledger("--actor", actor, "--lang", lang, *arguments, ledger=self.place)

    def does(self, *arguments: str | Path, code: int = 0) -> None:
        """Run a command that must do what it is asked."""
        ran = self.run(*arguments)
        assert ran.exit_code == code, (arguments, ran.stdout, ran.stderr)

    @property
    def secrets(self) -> list[str]:
        """Every full number that stands in it."""
        numbers = [person.number for person in (*PEOPLE, STRANGER)]
        return [*numbers, *CARDS, *WRITTEN]


def _grid() -> Grid:
    headers = ("序号", "姓名", "身份证号", "性别", "年级", "发放金额", "银行卡号", HEADER)
    grid = roster_grid(6, title=_TITLE, headers=headers, total=False)
    cards = {f"G{row}": card for row, card in enumerate(CARDS[:5], 3)}
    remarks = {f"H{row}": f"原号 {WRITTEN[4]}" for row in range(3, 9)}
    # Two of a card, one of another name, one paid more than any standard: findings to show.
    return with_cells(grid, cards | remarks | {"G4": CARDS[0], "F5": 4321, "B6": f"李四{WRITTEN[5]}"})


def _other_grid() -> Grid:
    headers = ("序号", "姓名", "身份证号", "年级", "发放金额", "银行卡号")
    title = _TITLE.replace(SCHOOL, OTHER_SCHOOL)
    return roster_grid(1, first=802, title=title, headers=headers, total=False, fill={"银行卡号": CARDS[6]})


def build(folder: Path) -> World:
    """Make the ledger and the files, by the commands that a clerk would use."""
    place = no_ledger_yet(folder, "aidledger.db")
    world = World(folder, place)
    files = {
        f"张三{WRITTEN[6]}.xlsx": xlsx_bytes({SHEET: _grid()}),
        f"补{WRITTEN[6]}.xlsx": xlsx_bytes({SHEET: roster_grid(3, title=_TITLE, total=False)}),
        "城关.xlsx": xlsx_bytes({SHEET: _other_grid()}),
        "认定.xlsx": xlsx_bytes(certification_grid(3)),
        "学籍.xlsx": xlsx_bytes(register_grid(3)),
        "下达.xlsx": xlsx_bytes(allotment_grid()),
        "回盘.xlsx": xlsx_bytes(bank_return_grid(3, failed=[1])),
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    bad = with_cells(_grid(), {"C3": f"{WRITTEN[7]}9", "C4": WRITTEN[7][:16], "F5": STRANGER.number, "E6": CARDS[0]})
    (folder / f"错{WRITTEN[6]}.xlsx").write_bytes(xlsx_bytes({SHEET: bad}))
    world.does("init")
    world.does("import", *(folder / name for name in files), "--record-conflicts", "--workers", "1")
    mapped = ("--map", f"{HEADER}=account", "--remember", "--record-conflicts", "--workers", "1")
    (folder / "改.xlsx").write_bytes(
        xlsx_bytes({SHEET: roster_grid(1, first=801, headers=_HEADERS, total=False, fill={HEADER: CARDS[5]})})
    )
    world.does("import", folder / "改.xlsx", *mapped)
    export = ("--program", "high-school-grant", "--period", "2021-autumn", "--reason", REASON)
    world.does("pay", "export", *export, "-o", folder / "bank.xlsx", code=1)
    world.does("person", PEOPLE[0].number, "--reveal", "--reason", REASON)
    world.does("reverse", "2", "--reason", REASON)
    first = world.run("audit", "--format", "json").json["findings"][0]["id"]
    world.does("finding", first, "--justify", REASON)
    return world


_HEADERS = ("序号", "姓名", "身份证号", "年级", "发放金额", HEADER)
_GRANT = ("--program", "high-school-grant", "--period", "2021-autumn")
_DECIDED = ("--date", "2021-12-01", "--reason", REASON)
_NOTICE = ("--from", "2021-11-01", "--to", "2021-11-12")

Arguments = Callable[[World], Sequence[str | Path]]


def _says(*words: str) -> Arguments:
    return lambda _world: words


# What only looks. Each is run in each of its formats.
LOOKS: Mapping[str, Sequence[Arguments]] = {
    "check": [lambda w: [next(w.folder.glob("错*.xlsx")), "--workers", "1"]],
    "mappings": [_says()],
    "batches": [_says()],
    "batch": [_says("1"), _says("2")],
    "reconcile": [_says("--all"), _says("--details"), _says("--by", "document,source"), _says("--cut", "school-year")],
    "audit": [_says(), _says("--at-least", "info")],
    "rules": [_says()],
    "findings": [_says(), _says("--state", "explained")],
    "finding": [lambda w: [_finding(w, 0)], lambda w: [_finding(w, 1)]],
    "pay due": [_says("--by", "person,school", "--all"), _says()],
    "pay orders": [_says()],
    "pay order": [_says("1")],
    "sample": [_says("--seed", WRITTEN[4], "--size", "100", "--by", "school")],
    "report summary": [_says(), _says("--by", "program,school,period,category,source,grade,payment")],
    "report compare": [_says("gaoping-2021-2022h1")],
    "report bridge": [_says("--from-cut", "calendar-year:2021", "--to-cut", "school-year:2021")],
    "report notice": [_says(*_GRANT, *_NOTICE, "--preview")],
    "report entries": [_says("kind=aid"), _says("program=high-school-grant,period=2021-autumn")],
    "report school": [_says(SCHOOL)],
    "report returns": [_says("--year", "2021")],
    "report person": [_says(PEOPLE[1].name)],
    "person": [_says(PEOPLE[0].number), _says(PEOPLE[2].name)],
    "trace": [_says("1"), _says("4")],
    "programs": [_says()],
    "program": [_says("high-school-grant")],
    "verify": [_says(), _says("--expect", "0" * 64)],
    "access-log": [_says(), _says("--actor", ACTOR)],
    "actors": [_says()],
    "office": [_says()],
    "office programs": [_says()],
    "office schools": [_says()],
}

# What writes, in the order in which it is done to one ledger.
WRITES: Mapping[str, Sequence[Arguments]] = {
    "init": [_says()],
    "import": [
        lambda w: [
            next(w.folder.glob("错*.xlsx")),
            *("--feedback", w.folder / "new" / "feedback", "--workers", "1"),
        ]
    ],
    "template": [lambda w: ["high-school-grant", "--school", SCHOOL, "-o", w.folder / "template.xlsx"]],
    "mappings forget": [_says(SCHOOL, "--header", HEADER)],
    "finding": [lambda w: [_finding(w, 1), "--accept", REASON, "--until", "2030-01-01"]],
    "answers": [lambda w: [paper_of(w)]],
    "pay withdraw": [_says("1", "--reason", REASON)],
    "pay export": [lambda w: [*_GRANT, "--reason", REASON, "-o", w.folder / "bank2.xlsx"]],
    "pay release": [lambda w: ["2", "--file", w.folder / "bank2.csv"]],
    "export person": [lambda w: [PEOPLE[1].number, "--reason", REASON, "-o", w.folder / "copy.xlsx"]],
    "forget": [_says(PEOPLE[1].number, "--reason", REASON)],
    "export key": [lambda w: [w.folder / "lake.key"]],
    "export parquet": [lambda w: [w.folder / "lake", "--district", "511303", "--key", w.folder / "lake.key"]],
    "report notice": [_says(*_GRANT, *_NOTICE)],
    "reverse": [_says("1", "--reason", REASON)],
    "upgrade": [_says()],
    "backup": [lambda w: [w.folder / "backup.db"]],
    "copy": [lambda w: ["--to", w.folder / "copy.db"]],
    "restore": [lambda w: [w.folder / "backup.db", "--discard-newer"]],
    "rekey": [_says()],
    "seal": [_says()],
    "actors name": [_says(ACTOR, "--role", "reviewer")],
    "actors dismiss": [_says(ACTOR)],
    "office schools rename": [_says(SCHOOL, RENAMED, *_DECIDED)],
    "office schools merge": [_says(OTHER_SCHOOL, RENAMED, *_DECIDED)],
    "office schools undo": [_says(OTHER_SCHOOL, "--reason", REASON)],
}
# Refused where this walk comes by: there is a ledger, its exporter releases, there are no keys, nobody else reviews.
REFUSED = {"init", "pay release", "rekey", "seal", "actors dismiss", "forget"}
# Made-up people in a ledger of their own, whose rosters tests/demo has; what tests/web has.
APART = {"demo", "web"}


def _finding(world: World, number: int) -> str:
    return str(world.run("findings", "--format", "json").json["findings"][number]["id"])


def paper_of(world: World) -> Path:
    """A working paper in which one finding is justified, made when it is first asked for."""
    paper = world.folder / "paper.xlsx"
    if paper.exists():
        return paper
    world.run("audit", "--format", "xlsx", "-o", paper)
    book = openpyxl.load_workbook(paper)
    at = {str(cell.value): int(cell.column or 0) for cell in book.worksheets[0][2]}
    for title, value in (("Decision", "explained"), ("Reason", "查过底册")):
        book.worksheets[0].cell(3, at[title]).value = value
    book.save(paper)
    return paper


def tree(group: click.Group = cli, *above: str) -> Iterator[tuple[str, click.Command]]:
    """All commands, by what is typed."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from tree(command, *above, name)
            if command.invoke_without_command:
                yield " ".join((*above, name)), command
        else:
            yield " ".join((*above, name)), command


COMMANDS = dict(tree())


def forms(name: str) -> Sequence[str]:
    """The formats of a command; one that has none prints words."""
    found = [option for option in COMMANDS[name].params if option.name == "form"]
    return list(found[0].type.choices) if found and isinstance(found[0].type, click.Choice) else []
