"""A bar below a copy that is being made."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from aidledger.i18n import N_, Translate

if TYPE_CHECKING:
    from aidledger.store.copying import Progress


@contextmanager
def advancing(translate: Translate) -> Iterator[Progress]:
    """What to tell of the rows copied so far; shown where there is a terminal."""
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
        task = progress.add_task(translate(N_("Copying")), total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
