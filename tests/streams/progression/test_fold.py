import msgspec
import pytest
from patients import Patient, fold, name_of

from contracts import events
from streams.progression.codec import encode_patient
from streams.progression.decisions import facts
from streams.progression.fold import decide, evolve
from streams.progression.incremental import derived
from streams.progression.state import initial


@pytest.fixture
def ann() -> Patient:
    patient = Patient("ann")
    patient.opened()
    patient.program("S1")
    return patient


def test_an_event_that_is_known_changes_nothing(ann: Patient) -> None:
    state = fold(ann.events())
    assert evolve(state, ann.events()[0]) is state


def test_of_two_contents_under_one_id_the_same_one_stands_in_any_order(ann: Patient) -> None:
    event = ann.override("S2", 3)
    other = msgspec.structs.replace(event, to_stage="S5")
    assert evolve(evolve(initial(), event), other) == evolve(evolve(initial(), other), event)


def test_a_correction_may_come_before_what_it_corrects(ann: Patient) -> None:
    event = ann.measured(2, 9.0)
    correction = ann.corrected(event, 3, value=4.0)
    for said in ([event, correction], [correction, event]):
        (episode,) = derived(fold([*ann.events()[:2], *said])).episodes.values()
        assert [outcome.latest for outcome in episode.outcomes] == [4.0]


def test_of_several_corrections_the_later_one_wins_and_of_equals_the_larger_id(ann: Patient) -> None:
    event = ann.measured(2, 9.0)
    ann.corrected(event, 4, value=4.0)
    ann.corrected(event, 3, value=3.0)
    one, other = ann.corrected(event, 5, value=5.0), ann.corrected(event, 5, value=6.0)
    winner = max(one, other, key=lambda each: each.event_id)
    (episode,) = derived(fold(ann.events())).episodes.values()
    assert episode.outcomes[0].latest == winner.changes["value"]


def test_a_correction_that_does_not_fit_is_left_and_noted(ann: Patient) -> None:
    event = ann.measured(2, 9.0)
    ann.corrected(event, 3, value="much")
    (episode,) = derived(fold(ann.events())).episodes.values()
    assert episode.outcomes[0].latest == 9.0
    assert [note.code for note in episode.quality] == ["correction_misfits"]


def test_a_retraction_beats_corrections_and_may_come_first(ann: Patient) -> None:
    event = ann.measured(2, 9.0)
    correction, retraction = ann.corrected(event, 9, value=4.0), ann.retracted(event, 3)
    before = fold(ann.events()[:2])
    for said in ([event, correction, retraction], [retraction, correction, event]):
        state = fold(said, before)
        assert derived(state).episodes[ann.episode_id].outcomes == ()


def test_a_correction_can_be_taken_back(ann: Patient) -> None:
    event = ann.measured(2, 9.0)
    correction = ann.corrected(event, 3, value=4.0)
    ann.retracted(correction, 4)
    assert derived(fold(ann.events())).episodes[ann.episode_id].outcomes[0].latest == 9.0


def test_an_erasure_leaves_a_tombstone_and_lets_nothing_back_in(ann: Patient) -> None:
    ann.session(3)
    erasure = ann.erased(5)
    tombstone = fold(ann.events())
    late = ann.measured(2, 9.0)
    assert tombstone.erased
    assert tombstone.said == {}
    assert evolve(tombstone, late) is tombstone
    assert encode_patient(evolve(initial(), erasure)) == encode_patient(tombstone)


def test_a_merge_is_kept_as_a_note(ann: Patient) -> None:
    other = name_of("other")
    ann.say(events.PatientsMerged, 5, other_key=other)
    assert [merge.other_key for merge in fold(ann.events()).merges.values()] == [other]


def test_what_changed_in_the_facts_is_withdrawn_first_and_then_published(ann: Patient) -> None:
    ann.session(3)
    before = fold(ann.events())
    ann.session(10)
    after = fold(ann.events())
    changes = decide(before, after)
    assert [(each.change, each.fact.to_stage) for each in changes] == [("published", "S2")]
    back = decide(after, before)
    assert [(each.change, each.fact) for each in back] == [("withdrawn", changes[0].fact)]
    assert decide(after, after) == ()


def test_a_late_report_withdraws_the_move_that_no_longer_holds(ann: Patient) -> None:
    ann.session(3)
    ann.session(10)
    before = fold(ann.events())
    assert facts(before)[-1].to_stage == "S2"
    ann.say(
        events.SymptomReported, 10.03, phase="during", pain=6.0, episode_id=ann.episode_id,
        session_id=name_of("session", "ann", 10),
    )  # fmt: skip
    changes = decide(before, fold(ann.events()))
    assert [(each.change, each.fact.from_stage, each.fact.to_stage) for each in changes] == [
        ("withdrawn", "S1", "S2"),
        ("published", "S1", "S0"),
    ]
