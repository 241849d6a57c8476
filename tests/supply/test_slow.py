"""tests/slow.txt lists what is there, once, in order; so nothing is left out of `make check` by an old name."""

from __future__ import annotations

import re

import pytest

from tests.slow import LIST, is_slow, names
from tools.docs.pages import ROOT

NAMES = sorted(names())


@pytest.mark.parametrize("name", NAMES)
def test_what_is_listed_is_there(name: str) -> None:
    place, _, test = name.partition("::")
    path = ROOT / place
    if not test:
        assert path.exists()
    else:
        assert re.search(rf"^def {test}\(", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_the_list_is_in_order_and_says_nothing_twice() -> None:
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines == sorted(set(lines))
    assert not [
        line for line in lines for wider in NAMES if line != wider and re.match(rf"{re.escape(wider)}(/|::)", line)
    ]


def test_a_test_is_listed_by_its_name_its_file_or_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = frozenset({"tests/a", "tests/b/test_c.py", "tests/b/test_d.py::test_e"})
    monkeypatch.setattr("tests.slow.names", lambda: listed)
    slow = ("tests/a/x/test_y.py::test_z", "tests/b/test_c.py::test_z[1]", "tests/b/test_d.py::test_e[a::b]")
    fast = ("tests/ab/test_y.py::test_z", "tests/b/test_d.py::test_e_too", "tests/b/test_cc.py::test_z")
    assert [is_slow(name) for name in (*slow, *fast)] == [True] * 3 + [False] * 3
