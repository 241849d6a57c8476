"""Ctrl-C and SIGTERM: one message, exit code 3, never a traceback.

Imports next to nothing, because it works before the rest of the program is loaded.
"""

from __future__ import annotations

import signal
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """Somebody asked the program to stop.

    Not KeyboardInterrupt: if one passes through ``exec``, as when a dataclass is made, CPython exits as if killed by
    the signal, whatever handles it later; and Click turns it into "Aborted!" and exit code 1.
    """


def is_stop(error: BaseException) -> bool:
    """Whether an exception is such a request; CPython before 3.12 wraps one that comes while a class is made."""
    return isinstance(error, Stopped) or (isinstance(error, RuntimeError) and isinstance(error.__cause__, Stopped))


_asked: list[int] = []


def note() -> None:
    """Hold requests to stop until ``heed``, while the program is being loaded."""
    _answer(lambda number, _frame: _asked.append(number))


def heed() -> None:
    """Raise Stopped on a request to stop, and at once if one is held."""
    _answer(_stop)
    if _asked:
        raise Stopped


def ignore() -> None:
    """Ignore requests to stop while the last message is printed."""
    _answer(signal.SIG_IGN)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _answer(handler: signal._HANDLER) -> None:
    for number in _SIGNALS:
        # The parent may have disabled Ctrl-C for us: nohup, a background job.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
