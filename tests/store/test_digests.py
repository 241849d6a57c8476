"""Digests of many entries at once are those of each by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aidledger.store.chain.digests import entry_digest, entry_digests

pytestmark = [pytest.mark.sqlite_only, pytest.mark.plain_only]
# Among them what stands between two entries, and at either end of all.
_texts = st.one_of(st.text(), st.sampled_from(["],[", "[[", "]]", '"],["', "],[],["]))
_fields = st.lists(st.one_of(st.none(), st.integers(), _texts), min_size=1, max_size=6).map(tuple)


@given(st.lists(_fields, max_size=5))
def test_digests_of_many_entries_are_those_of_each(entries: list[tuple[object, ...]]) -> None:
    assert entry_digests(entries) == [entry_digest(fields) for fields in entries]


def test_of_thousands_none_is_left_out() -> None:
    entries = [(number, None) for number in range(2_345)]
    assert entry_digests(entries) == [entry_digest(fields) for fields in entries]
