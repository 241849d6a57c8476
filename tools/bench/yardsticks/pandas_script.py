"""The same task as a script in a notebook: frames, no recognition to speak of, no archive, no digests, one table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from tools.bench.yardsticks import columns
from tools.bench.yardsticks.sources import files


def prepare(rosters: str, place: str, engine: str, every: int) -> Callable[[], int]:
    import pandas as pd

    paths = files(rosters)[::every]

    def work() -> int:
        frames = []
        for path in paths:
            for title, sheet in pd.read_excel(path, sheet_name=None, header=None, engine=engine).items():
                for frame in _payments(sheet):
                    frame["period"], frame["file"] = columns.period(title), path.stem
                    frames.append(frame)
        data = pd.concat(frames, ignore_index=True)
        data["id_is_right"] = data["number"].apply(columns.looks_right)
        data = data.drop_duplicates(subset=["number", "program", "period", "file"])
        summary = data.groupby(["program", "period"])["yuan"].agg(["count", "sum"]).reset_index()
        with sqlite3.connect(place) as connection:
            data.to_sql("payment", connection, index=False, if_exists="replace")
            summary.to_sql("summary", connection, index=False, if_exists="replace")
        return len(data)

    return work


def _payments(sheet: Any) -> list[Any]:  # noqa: ANN401 - pandas may be missing
    """A frame per money column of a sheet."""
    at = columns.header_row(sheet.head(10).to_numpy().tolist())
    header = sheet.iloc[at].tolist()
    body = sheet.iloc[at + 1 :]
    name, number = columns.column(columns.NAME, header), columns.column(columns.NUMBER, header)
    body = body[body[number].notna() & body[name].notna()]
    frames = []
    for money in columns.money(header):
        paid = body[body[money].notna() & (body[money] != 0)]
        frame = paid[[name, number, money]].copy()
        frame.columns = ["name", "number", "yuan"]
        frame["number"] = frame["number"].astype(str).str.strip().str.upper()
        frame["yuan"] = frame["yuan"].astype(float)
        frame["program"] = header[money]
        frames.append(frame)
    return frames
