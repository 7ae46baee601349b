from pathlib import Path

from patients import Patient, fold

from streams.opening import Log, open_store
from streams.rows import Commit, Message, QuarantinedRow
from streams.states import changed_rows
from streams.tallies import Tally, tally_of


def test_what_waits_and_what_was_set_aside_is_counted_while_the_owner_has_the_store_open(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path, Log("myomap.events", "id", 1), "rules-1")
    assert tally_of(store.path) == Tally()
    ann = Patient("ann")
    ann.opened()
    patients, episodes = changed_rows({}, {ann.key: fold(ann.events())})
    quarantined = [
        QuarantinedRow(1, "empty", "$"),
        QuarantinedRow(2, "empty", "$"),
        QuarantinedRow(3, "wrong_key", "$"),
    ]
    store.commit(Commit(0, 4, patients, episodes, [Message("any", None, b"said")], quarantined))
    found = tally_of(store.path)
    assert found.rejected == {"empty": 2, "wrong_key": 1}
    assert found.waiting == 4, "the message, the patient, the episode, and how far that is"
    with store.waiting() as waiting:
        store.published(waiting.position)
    assert tally_of(store.path) == Tally(0, {"empty": 2, "wrong_key": 1})
    store.check_owner()
    store.close()
