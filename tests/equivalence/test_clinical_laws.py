"""Laws of the ladder that hold whatever the numbers of a policy are, over made-up policies and histories."""

from collections.abc import Callable
from typing import Any

import clinical_laws as laws
import pytest
from clinical_laws import BEST, PASTS, SESSION, SIGNALS, STRETCHES, VALUES, WORST
from histories import EXAMPLES, LAWS, SEEDS, histories, shuffled
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from made_up_policies import made_up_policies
from patients import Patient, fold

from contracts.vocabulary import STAGES
from streams.progression import advancing, attribution, course, evaluate, evidence, signals
from streams.progression.decisions import facts
from streams.progression.evaluate import Verdict
from streams.progression.incremental import derived
from streams.progression.policy import policies

POLICIES = made_up_policies() | st.sampled_from(policies())
STEADY = made_up_policies(least_sessions=2) | st.sampled_from(policies())
"""Policies that ask for two or more good sessions in a row."""
PLACES = st.tuples(st.integers(0, 12), st.integers(0, 12))
STAGE = st.sampled_from(STAGES)
SPOILT = st.sampled_from([BEST | {"red_flag": True}, BEST | WORST, BEST | {"quality": 0.0}])
LAW: dict[Callable[..., None], tuple[st.SearchStrategy[Any], ...]] = {
    laws.a_worse_signal_never_gives_more: (SIGNALS, st.sampled_from(sorted(VALUES)), PLACES, PASTS, POLICIES),
    laws.a_worse_last_session_never_leads_further: (
        STRETCHES, st.sampled_from(sorted(SESSION)), PLACES, POLICIES,
    ),
    laws.what_is_missing_never_advances: (histories(), POLICIES),
    laws.a_decision_moves_one_step_and_the_cap_of_a_week_holds: (histories(), POLICIES),
    laws.nothing_passes_a_gate_without_its_sign_off: (histories(), POLICIES),
    laws.an_advance_follows_enough_good_sessions_in_a_row: (histories(), POLICIES),
    laws.turns_never_climb: (STAGE, SPOILT, st.integers(4, 9), STEADY),
    laws.an_override_wins_from_its_time_on: (histories(), STAGE, POLICIES),
}  # fmt: skip
"""Each law with what it is tried on."""
MORE = {laws.a_worse_signal_never_gives_more: 5, laws.a_worse_last_session_never_leads_further: 2}
"""How many times as many examples the cheap laws get."""


def named(law: Callable[..., None]) -> str:
    return law.__name__


@pytest.mark.parametrize("law", LAW, ids=named)
def test_the_law_holds_under_any_policy(law: Callable[..., None]) -> None:
    @settings(LAWS, max_examples=EXAMPLES * MORE.get(law, 1))
    @given(st.tuples(*LAW[law]))
    def holds(drawn: tuple[Any, ...]) -> None:
        law(*drawn)

    holds()


@LAWS
@given(histories(), SEEDS, POLICIES)
def test_the_same_set_of_events_gives_the_same_stages(said: Any, seed: int, policy: Any) -> None:
    laws.the_set_of_events_gives_the_stages(said, shuffled(said, seed), policy)


@LAWS
@given(histories(), POLICIES)
def test_the_evidence_alone_gives_every_decision_again(said: Any, policy: Any) -> None:
    laws.the_evidence_alone_gives_the_decision(laws.under(said, policy))
    laws.the_evidence_alone_gives_the_decision(derived(fold(said)))


@LAWS
@given(histories())
def test_every_fact_names_its_rule_its_policy_and_evidence_that_was_said(said: Any) -> None:
    ids = {event.event_id for event in said}
    released = {(each.policy, each.version) for each in policies()}
    for fact in facts(fold(said)):
        assert fact.rule
        assert fact.evidence
        assert set(fact.evidence) <= ids
        if fact.kind in ("stage_entered", "stop_raised"):
            assert (fact.policy, fact.policy_version) in released


def test_the_made_up_policies_and_histories_see_every_action_and_every_hold() -> None:
    seen: set[str] = set()

    @settings(LAWS, max_examples=300, derandomize=True)
    @given(histories(), POLICIES)
    def look(said: Any, policy: Any) -> None:
        for each in laws.courses(said, policy):
            seen.update(one.action for one in each.decisions)
            seen.update(one.rule for one in each.decisions)

    look()
    assert seen >= {"stop", "regress", "hold", "advance", "signal_missing", "criteria_not_met", *laws.WAITS}


def test_daily_good_sessions_run_into_the_cap_of_two_levels_in_seven_days() -> None:
    patient = Patient()
    patient.opened()
    patient.program("S0", sessions_per_week=7.0)
    for day in range(1, 8):
        patient.session(day)
    (episode,) = derived(fold(patient.events())).episodes.values()
    rules = [decision.rule for decision in episode.tracks[0].course.decisions]
    assert rules.count("good_sessions") == 2
    assert "pace_cap" in rules


def _first_hold_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order of the rules is forgotten: hold is looked at before stop and regress."""
    told = evaluate._planned

    def turned(policy: Any, stage: Any) -> Any:
        plan = told(policy, stage)
        back = evaluate._Plan(plan.blocking[::-1], plan.criteria, plan.required, plan.good)
        policy.memo[stage] = back
        return back

    monkeypatch.setattr(evaluate, "_planned", turned)


def _unknown_is_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """A required signal or a criterion that is unknown counts as met."""
    told = evaluate.evaluate

    def lenient(given: Any, policy: Any, stage: Any = "S0") -> Verdict:
        verdict = told(given, policy, stage)
        unknown = verdict.rule in ("signal_missing", "criteria_not_met")
        return Verdict("advance", "good_sessions", "good") if unknown else verdict

    monkeypatch.setattr(course, "evaluate", lenient)


def _weighed_without(name: str) -> Callable[[pytest.MonkeyPatch], None]:
    def defect(monkeypatch: pytest.MonkeyPatch) -> None:
        def lenient(verdict: Verdict, past: Any, policy: Any, decided_at: Any) -> Verdict:
            weighed = advancing.weighed(verdict, past, policy, decided_at)
            return verdict if weighed.rule == name else weighed

        monkeypatch.setattr(course, "weighed", lenient)

    return defect


def _bad_sessions_keep_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad session does not end the row of good ones: the course is walked with a longer row."""
    told = course.weighed

    def lenient(verdict: Verdict, past: Any, policy: Any, decided_at: Any) -> Verdict:
        return told(verdict, advancing.replace_streak(past, 9), policy, decided_at)

    monkeypatch.setattr(course, "weighed", lenient)
    monkeypatch.setattr(
        advancing, "replace_streak", lambda past, streak: laws.replace(past, streak=streak), raising=False
    )


def _overrides_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    told = course._marked
    monkeypatch.setattr(
        course,
        "_marked",
        lambda here, ground, track, marks, until: told(here, ground, track, marks[:1], until),
    )


DEFENCES: list[tuple[Callable[..., None], Callable[[pytest.MonkeyPatch], None]]] = [
    (laws.a_worse_signal_never_gives_more, _first_hold_wins),
    (laws.a_worse_last_session_never_leads_further, _first_hold_wins),
    (laws.what_is_missing_never_advances, _unknown_is_good),
    (laws.a_decision_moves_one_step_and_the_cap_of_a_week_holds, _weighed_without("pace_cap")),
    (laws.nothing_passes_a_gate_without_its_sign_off, _weighed_without("sign_off")),
    (laws.an_advance_follows_enough_good_sessions_in_a_row, _weighed_without("consecutive_sessions")),
    (laws.turns_never_climb, _bad_sessions_keep_the_count),
    (laws.an_override_wins_from_its_time_on, _overrides_are_forgotten),
]
"""Each law, and what is taken away so that it has to fail."""


def test_every_law_has_a_defence_that_is_taken_away() -> None:
    assert {law for law, _ in DEFENCES} == set(LAW)


@pytest.mark.parametrize(("law", "defect"), DEFENCES, ids=lambda one: one.__name__.strip("_"))
def test_the_law_fails_without_its_defence(
    law: Callable[..., None], defect: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    defect(monkeypatch)
    assert breaks(law, st.tuples(*LAW[law]))


def test_stages_that_go_by_arrival_would_break_the_law_of_the_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attribution, "order", lambda _: 0)
    assert breaks(
        lambda said, seed, policy: laws.the_set_of_events_gives_the_stages(
            said, shuffled(said, seed), policy
        ),
        st.tuples(histories(), SEEDS, POLICIES),
    )


def test_evidence_that_leaves_out_other_sessions_does_not_give_the_decision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evidence, "deciding", lambda *_: frozenset())
    assert breaks(
        lambda said, policy: laws.the_evidence_alone_gives_the_decision(laws.under(said, policy)),
        st.tuples(histories(), POLICIES),
    )


def test_signals_that_look_at_what_came_later_would_break_the_laws_of_evidence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = signals.sessions_7d
    monkeypatch.setattr(signals, "sessions_7d", lambda readings, position: told(readings, len(readings) - 1))
    assert breaks(
        lambda said, policy: laws.the_evidence_alone_gives_the_decision(laws.under(said, policy)),
        st.tuples(histories(), POLICIES),
    )


def breaks(law: Callable[..., Any], drawn: st.SearchStrategy[tuple[Any, ...]]) -> bool:
    """Whether an example is found on which the law does not hold."""

    def broken(example: tuple[Any, ...]) -> bool:
        try:
            law(*example)
        except AssertionError:
            return True
        return False

    try:
        find(
            drawn,
            broken,
            settings=settings(LAWS, max_examples=3_000, derandomize=True, phases=[Phase.generate]),
        )
    except NoSuchExample:
        return False
    return True
