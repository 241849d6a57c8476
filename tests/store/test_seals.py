from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from aidledger.domain.secret import Secret
from aidledger.errors import (
    AidLedgerError,
    AlreadySealed,
    CopyFaulty,
    NotNamed,
    NotSealed,
    SealKeyMissing,
    SealKeyUnusable,
    SealKeyWanted,
    SealKeyWrong,
)
from aidledger.operations import actors, copies, ledgers
from aidledger.operations.importing import ImportRequest, import_files
from aidledger.store.chain.seals import SealKey, seal_in
from aidledger.store.database.keys import Keys
from aidledger.store.ledger import Ledger
from aidledger.store.verifying.verify import Verdict
from tests.builders import roster_xlsx
from tests.store.encrypted import OTHER_SEAL, SEAL, with_seal_key
from tests.store.forging import BATCH, Change, Link, chain_anew, forge
from tests.store.ledgers import (
    ACTOR,
    KEYS,
    bring_in,
    catalogue,
    clock,
    contents,
    new_ledger,
    new_place,
    no_ledger_yet,
    opened,
    plain,
    reveal,
    tamper,
)
from tests.store.next_version import next_version

NAME, OTHER_NAME = SealKey(SEAL).fingerprint, SealKey(OTHER_SEAL).fingerprint


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A ledger with a batch from before it was sealed, and two under the seal."""
    place = new_place(tmp_path)
    with_batches(opened(place), 1)
    sealed = with_seal_key(opened(place))
    ledgers.seal(sealed)
    with_batches(sealed, 2)
    sealed.close()
    return place


def with_batches(ledger: Ledger, count: int) -> None:
    for _ in range(count):
        first = 10 * (len(ledgers.batches(ledger)) + 1)
        assert bring_in(ledger, roster_xlsx(3, first=first)).outcome == "posted"
    ledger.close()


def _judged(place: str, seal: Secret | None = SEAL, expect: str | None = None) -> Verdict:
    ledger = with_seal_key(opened(place), seal)
    verdict = ledgers.verify(ledger, expect)
    ledger.close()
    return verdict


def _said(verdict: Verdict) -> list[str]:
    return [fault.what.format(**{"batch": fault.batch, **fault.facts}) for fault in verdict.faults]


def test_with_the_key_it_is_proved(place: str) -> None:
    verdict = _judged(place)
    assert (verdict.faults, verdict.unjudged, verdict.sealed_by) == ([], (), NAME)


def test_without_the_key_all_is_recomputed_and_the_seals_are_not_judged(place: str) -> None:
    verdict = _judged(place, None)
    assert (verdict.faults, verdict.sealed_by, verdict.head) == ([], None, _judged(place).head)
    assert [fault.facts for fault in verdict.unjudged] == [{"events": 3, "seal_key": NAME}]
    tamper(place, "UPDATE event SET actor = 'somebody' WHERE id = 4")
    assert "event 4 was changed" in _said(_judged(place, None))


def _everything(ledger: Ledger) -> list[Callable[[], object]]:
    """All kinds of writing: a roster, taking back, showing numbers."""
    return [
        lambda: bring_in(ledger, roster_xlsx(3, first=90)),
        lambda: ledgers.reverse(ledger, catalogue(), 1, "sent in error"),
        lambda: reveal(ledger, "asked", "batch 1"),
    ]


@pytest.mark.parametrize(
    ("seal", "failure"), [(None, SealKeyWanted), (OTHER_SEAL, SealKeyWrong), (Secret("a passphrase"), SealKeyUnusable)]
)
def test_nothing_is_written_without_the_key(place: str, seal: Secret | None, failure: type[AidLedgerError]) -> None:
    before = contents(place)
    ledger = with_seal_key(opened(place), seal)
    for write in _everything(ledger):
        with pytest.raises(failure) as refused:
            write()
        assert refused.value.exit_code == 3
        assert SEAL.text not in str(refused.value)
    ledger.close()
    assert contents(place) == before


def test_everything_is_written_with_it(place: str) -> None:
    ledger = with_seal_key(opened(place))
    for write in _everything(ledger):
        write()
    ledger.close()
    with plain(place) as books:
        facts = books.execute(text("SELECT facts FROM event ORDER BY id")).scalars().all()
    assert [bool(seal_in(one)) for one in facts] == [False] * 2 + [True] * (len(facts) - 2)
    assert _judged(place).faults == []


def test_a_key_for_a_ledger_that_is_not_sealed_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    ledger = with_seal_key(new_ledger(tmp_path))
    for write in _everything(ledger)[::2]:
        with pytest.raises(NotSealed):
            write()
    ledgers.seal(ledger)
    with pytest.raises(AlreadySealed):
        ledgers.seal(ledger)
    ledger.close()


# --- attacks ---------------------------------------------------------------------------------------------------------


def _as_it_is(links: list[Link]) -> list[Link]:
    return links


def _all_seals_taken_off(links: list[Link]) -> list[Link]:
    kept = [link for link in links if link["action"] != "seal"]
    for link in kept:
        seal = seal_in(link["facts"])
        link["facts"] = seal.facts if seal else link["facts"]
    return kept


@pytest.mark.parametrize("change", [_as_it_is, _all_seals_taken_off])
def test_a_chain_that_was_made_anew_without_the_key_is_found_with_it(place: str, change: Change) -> None:
    forge(place, change)
    assert _said(_judged(place, None)) == []  # right in itself: who has no key cannot tell
    said = _said(_judged(place))
    assert said
    assert all(NAME in one for one in said)


def test_before_the_seal_such_a_chain_cannot_be_told(tmp_path: Path) -> None:
    """The negative control: what an unkeyed chain cannot prove."""
    place = new_place(tmp_path)
    with_batches(opened(place), 2)
    receipt = _judged(place, None).head
    forge(place)
    assert _said(_judged(place, None)) == []
    assert _said(_judged(place, None, receipt)) == [f"the head {receipt} is not in this ledger's history"]


def _with(key: SealKey) -> Callable[[str, Link], None]:
    """Seals as somebody else's program makes them, from where the ledger's begin."""
    on = False

    def finish(before: str, link: Link) -> None:
        nonlocal on
        on |= link["action"] == "seal"
        if not on:
            return
        seal = seal_in(link["facts"])
        facts = json.loads(seal.facts if seal else link["facts"])
        if link["action"] == "seal":
            facts["key"] = key.fingerprint
        fields = (link["id"], link["at"], link["actor"], link["action"], link["batch_id"])
        link["facts"] = key.sealed(before, fields, json.dumps(facts, sort_keys=True, separators=(",", ":")))

    return finish


def test_somebody_elses_key_is_not_the_offices(place: str) -> None:
    forge(place, finish=_with(SealKey(OTHER_SEAL)))
    assert _judged(place, OTHER_SEAL).faults == []
    assert _said(_judged(place)) == [
        f"nothing here is sealed with the key {NAME}: it belongs to another ledger, or everything was rewritten"
    ]


def test_somebody_elses_key_under_the_name_of_the_offices(place: str) -> None:
    key = SealKey(OTHER_SEAL)
    key.fingerprint = NAME
    forge(place, finish=_with(key))
    assert f"the seal of event 3 was not made with the key {NAME}" in _said(_judged(place))


def test_an_event_that_is_put_at_the_end_has_no_seal(place: str) -> None:
    ledger = with_seal_key(opened(place), None)
    with plain(place) as books:
        before = books.execute(text("SELECT facts FROM event ORDER BY id DESC LIMIT 1")).scalar_one()
    assert seal_in(before)
    ledger.close()

    def appended(links: list[Link]) -> list[Link]:
        return [*links, {**links[0], "action": "reveal", "batch_id": None, "facts": '{"reason":"x","seen":"y"}'}]

    chain_anew(place, appended)
    for seal in (SEAL, None):
        assert _said(_judged(place, seal)) == ["event 6 is not sealed, but those before it are"]


def test_a_change_of_the_key_that_the_old_one_did_not_sign(place: str) -> None:
    """Everything stays as it was; who has another key goes on from there as if the office had changed its own."""

    def appended(links: list[Link]) -> list[Link]:
        facts = {"before": NAME, "handover": "0" * 64, "key": OTHER_NAME}
        new = {**links[0], "action": "seal", "batch_id": None, "facts": json.dumps(facts, separators=(",", ":"))}
        return [*links, new]

    def finish(before: str, link: Link) -> None:
        if link["id"] == 6:
            fields = (link["id"], link["at"], link["actor"], link["action"], link["batch_id"])
            link["facts"] = SealKey(OTHER_SEAL).sealed(before, fields, link["facts"])

    chain_anew(place, appended, finish)
    assert _said(_judged(place)) == [
        f"event 6 is sealed with the key {OTHER_NAME}, which the previous key did not sign"
    ]


# --- changing the key ------------------------------------------------------------------------------------------------


def test_the_key_is_changed_and_the_old_one_signs_that(place: str) -> None:
    before = _judged(place).head
    ledger = with_seal_key(opened(place))
    key, head = ledgers.seal(ledger, lambda: OTHER_SEAL)
    assert key.fingerprint == OTHER_NAME
    with pytest.raises(SealKeyWrong):
        reveal(ledger, "asked", "batch 1")
    ledger.close()
    with_batches(with_seal_key(opened(place), OTHER_SEAL), 1)
    new = _judged(place, OTHER_SEAL, before)
    assert (new.faults, new.unjudged, new.sealed_by) == ([], (), OTHER_NAME)
    old = _judged(place, SEAL, head)
    assert old.faults == []
    assert [fault.facts for fault in old.unjudged] == [{"events": 2, "seal_key": OTHER_NAME}]


def test_the_new_key_proves_what_the_old_one_sealed(place: str) -> None:
    ledger = with_seal_key(opened(place))
    ledgers.seal(ledger, lambda: OTHER_SEAL)
    ledger.close()
    forge(place)  # of a batch from before both
    assert any(OTHER_NAME in one for one in _said(_judged(place, OTHER_SEAL)))


def test_who_has_not_the_old_key_cannot_change_it(place: str) -> None:
    ledger = with_seal_key(opened(place), OTHER_SEAL)
    for new in (lambda: SEAL, lambda: Secret("0c" * 32), None):
        with pytest.raises((SealKeyWrong, AlreadySealed)):
            ledgers.seal(ledger, new)
    ledger.close()


def test_copies_have_the_seals(place: str, tmp_path: Path) -> None:
    """A copy is made by who has the key, who has none, and who has another ledger's: its head is the ledger's."""
    head = _judged(place).head
    for number, seal in enumerate((SEAL, None, OTHER_SEAL, Secret("a passphrase"))):
        ledger = with_seal_key(opened(place), seal)
        copies.copy(ledger, str(tmp_path / f"copy-{number}.db"), lambda _done, _total: None)
        ledger.close()
        assert _judged(str(tmp_path / f"copy-{number}.db"), expect=head).sealed_by == NAME
    forge(place)
    ledger = with_seal_key(opened(place))
    copies.copy(ledger, str(tmp_path / "forged.db"), lambda _done, _total: None)
    ledger.close()
    assert _said(_judged(str(tmp_path / "forged.db"))) == _said(_judged(place)) != []  # evidence, as true as the rest


def _key_is_missing() -> Secret:
    raise SealKeyMissing(place="nosuch.key")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("seal", [lambda: SEAL, lambda: Secret("a passphrase"), _key_is_missing])
def test_a_backup_from_before_the_key_is_made_and_put_back_by_who_has_one(
    tmp_path: Path, seal: Callable[[], Secret]
) -> None:
    place = new_place(tmp_path)
    ledger = opened(place)
    ledger = replace(ledger, keys=Keys(ledger.keys.file, seal))
    head = copies.backup(ledger, tmp_path / "before.db").head
    ledgers.seal(ledger, first=lambda: SEAL)
    ledger.close()
    done = copies.restore(place, tmp_path / "before.db", ACTOR, clock, ledger.keys, discard_newer=True)
    assert (done.now.head, done.lost and done.lost.events) == (head, 1)


@pytest.mark.sqlite_only
def test_a_backup_under_an_earlier_key_is_put_back_and_one_with_bad_seals_is_not(place: str, tmp_path: Path) -> None:
    ledger = with_seal_key(opened(place))
    head = copies.backup(ledger, tmp_path / "backup.db").head
    ledgers.seal(ledger, lambda: OTHER_SEAL)
    ledger.close()
    later, now = Keys(ledger.keys.file, lambda: OTHER_SEAL), ledger.keys
    assert copies.restore(place, tmp_path / "backup.db", ACTOR, clock, later, discard_newer=True).now.head == head
    forge(tmp_path / "backup.db")
    with pytest.raises(CopyFaulty):
        copies.restore(place, tmp_path / "backup.db", ACTOR, clock, now, discard_newer=True)
    assert _judged(place).head == head


def test_to_check_files_no_key_is_wanted(place: str, tmp_path: Path) -> None:
    """Nothing of it is kept, so there is nothing to seal."""
    (tmp_path / "roster.xlsx").write_bytes(roster_xlsx(3, first=90))
    before = contents(place)
    for seal in (None, OTHER_SEAL, SEAL):
        ledger = with_seal_key(opened(place), seal)
        request = ImportRequest([tmp_path / "roster.xlsx"], dry_run=True, workers=1)
        checked = import_files(ledger, catalogue(), request)
        ledger.close()
        assert [file.outcome for file in checked.files] == ["would-post"]
    assert contents(place) == before


def test_a_key_is_made_when_nothing_is_left_to_refuse(place: str, tmp_path: Path) -> None:
    def never() -> Secret:
        raise AssertionError

    sealed = with_seal_key(opened(place), OTHER_SEAL)
    for new, first in ((None, never), (never, never)):
        with pytest.raises(SealKeyWrong):
            ledgers.seal(sealed, new, first)
    sealed.close()
    ledger = with_seal_key(new_ledger(tmp_path, "other.db"))
    with pytest.raises(NotSealed):
        ledgers.seal(ledger, never, never)
    actors.name(with_seal_key(ledger, None), "李老师", "reviewer")
    with pytest.raises(NotNamed):
        ledgers.seal(ledger, first=never)
    ledger.close()


@pytest.mark.parametrize("seal", [lambda: Secret("a passphrase"), _key_is_missing])
def test_a_ledger_that_cannot_be_sealed_is_not_made(tmp_path: Path, seal: Callable[[], Secret]) -> None:
    place = no_ledger_yet(tmp_path)
    with pytest.raises((SealKeyUnusable, SealKeyMissing)):
        ledgers.init(place, catalogue(), ACTOR, clock, Keys(seal=seal))
    assert not Path(place).exists()
    ledgers.init(place, catalogue(), ACTOR, clock).close()


@pytest.mark.sqlite_only
def test_an_upgrade_that_lacks_the_key_makes_no_copy_first(place: str, tmp_path: Path) -> None:
    with next_version(tmp_path):
        before = sorted(tmp_path.iterdir())
        for keys, refusal in ((KEYS, SealKeyWanted), (Keys(KEYS.file, lambda: OTHER_SEAL), SealKeyWrong)):
            with pytest.raises(refusal):
                ledgers.upgrade(place, catalogue(), ACTOR, clock, keys, backup=True)
        assert sorted(tmp_path.iterdir()) == before
        assert ledgers.upgrade(place, catalogue(), ACTOR, clock, Keys(KEYS.file, lambda: SEAL), backup=True).backup
        assert _judged(place).faults == []


def test_the_batch_that_is_forged_is_from_before_the_seal(place: str) -> None:
    with plain(place) as books:
        event = books.execute(text(f"SELECT id FROM event WHERE batch_id = {BATCH}")).scalar_one()  # noqa: S608
        seal = books.execute(text("SELECT id FROM event WHERE action = 'seal'")).scalar_one()
    assert event < seal
