"""A progress bar for long operations: how many rows of how many are done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aidledger.i18n import Translate

Progress = Callable[[int, int], None]


@contextmanager
def advancing(translate: Translate, doing: str) -> Iterator[Progress]:
    """The callback to report progress to; a bar where there is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich import progress as bars

    from aidledger.cli.screen import console

    columns = (
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=console(sys.stderr), transient=True) as progress:
        task = progress.add_task(translate(doing), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
