"""The same task row by row: a workbook of objects, an object for every payment, and the session told of each."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Field, Session, SQLModel, create_engine

from tools.bench.yardsticks import columns
from tools.bench.yardsticks.sources import files


class Payment(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(index=True)
    name: str
    program: str = Field(index=True)
    period: str
    file: str
    yuan: float
    id_is_right: bool


def prepare(rosters: str, place: str, every: int) -> Callable[[], int]:
    from openpyxl import load_workbook

    paths = files(rosters)[::every]
    engine = create_engine(f"sqlite:///{place}")
    SQLModel.metadata.create_all(engine)

    def work() -> int:
        added = 0
        for path in paths:
            with Session(engine) as session:
                for sheet in load_workbook(path, data_only=True).worksheets:
                    rows = list(sheet.iter_rows(values_only=True))
                    at = columns.header_row(rows)
                    header = rows[at]
                    name, number = columns.column(columns.NAME, header), columns.column(columns.NUMBER, header)
                    for row in rows[at + 1 :]:
                        for money in columns.money(header):
                            if row[name] and row[number] and row[money]:
                                who = str(row[number]).strip().upper()
                                payment = Payment(
                                    number=who,
                                    name=str(row[name]),
                                    program=str(header[money]),
                                    period=columns.period(sheet.title),
                                    file=path.stem,
                                    yuan=float(str(row[money])),
                                    id_is_right=columns.looks_right(who),
                                )
                                session.add(payment)
                                added += 1
                session.commit()
        return added

    return work
