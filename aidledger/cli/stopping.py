"""Ctrl-C, and a request to end (SIGTERM): one message, exit code 3, never a traceback.

Loads next to nothing: it is at work before the rest of the program is loaded.
"""

from __future__ import annotations

import signal
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """Somebody asked the program to stop.

    Not KeyboardInterrupt: where one passes through ``exec``, as in the making of a dataclass, CPython ends as if killed
    by the signal, whatever is said afterwards; and Click's word for it is "Aborted!" and exit code 1.
    """


_asked: list[int] = []


def note() -> None:
    """From now on, a request to stop waits for ``heed``: the program is still being loaded."""
    _answer(lambda number, _frame: _asked.append(number))


def heed() -> None:
    """From now on, a request to stop raises Stopped; at once, where one waits."""
    _answer(_stop)
    if _asked:
        raise Stopped


def ignore() -> None:
    """From now on there is nothing to stop: the last words are being said."""
    _answer(signal.SIG_IGN)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def _answer(handler: signal._HANDLER) -> None:
    for number in _SIGNALS:
        # Who started us may have said that Ctrl-C is not for us: nohup, a job in the background.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)
