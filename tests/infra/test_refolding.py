"""A change of rules carried through a home's stores, and the report of who changed stage."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from demo_patients import events_of, small_demo
from patients import fold

from contracts import topics
from contracts.settings import Home, Settings
from infra.progress import Steps
from infra.refolding import RefoldReport, refold_stores, sentence_of
from infra.refusal import Refusal
from streams.opening import Log, open_store
from streams.progression.codec import encode
from streams.progression.derive import derived_under, released
from streams.progression.state import PatientState
from streams.readiness import events_topic
from streams.rewriting import meta_of
from streams.rows import Commit
from streams.states import changed_rows

QUIET = Steps(quiet=True)


def slower(program: Any, condition: Any, track: Any) -> Any:
    """The released rules with one number changed."""
    policy = released(program, condition, track)
    if policy is None:
        return None
    return msgspec.structs.replace(
        policy, advance=msgspec.structs.replace(policy.advance, consecutive_sessions=4)
    )


@cache
def states() -> dict[str, PatientState]:
    return {key: fold(said) for key, said in events_of(small_demo()).items()}


def stages(state: PatientState) -> dict[tuple[str, str, str, str], str]:
    return {
        (state.patient_key, name, track["muscle_group"], track["side"]): track["stage"]
        for name, (view, _) in encode(state)[1].items()
        for track in json.loads(view)["tracks"]
    }


def moved() -> dict[tuple[str, str, str, str], tuple[str, str]]:
    """By track the stage of today's rules and that of a fresh fold under the others, where they differ."""
    found = {}
    for state in states().values():
        after = stages(replace(state, memo={"derived": derived_under(state, slower)}))
        found |= {
            track: (stage, after[track]) for track, stage in stages(state).items() if after[track] != stage
        }
    return found


def fill(home: Home, rules: str, topic_id: str = "id") -> None:
    """Two stores of the small demo's patients, under today's policies but another name of the rules."""
    for number in range(2):
        store = open_store(home.streams, Log(topics.EVENTS, topic_id, number), rules)
        mine = {key: state for key, state in states().items() if int(key[-1], 16) % 2 == number}
        patients, episodes = changed_rows({}, mine)
        store.commit(Commit(0, 0, patients, episodes))
        store.close()


def told(report: RefoldReport) -> dict[tuple[str, str, str, str], tuple[str | None, str | None]]:
    return {
        (each.patient_key, each.episode_id, each.muscle_group, each.side): (each.from_stage, each.to_stage)
        for each in report.moved
    }


def test_a_dry_run_on_the_demo_names_exactly_those_whose_stage_a_fresh_fold_changes(
    at_home: Callable[..., Settings], home: Home
) -> None:
    fill(home, "yesterday's")
    report = refold_stores(at_home(), True, QUIET, slower, "today's")
    assert told(report) == moved()
    assert len(moved()) > 40
    assert (report.partitions, report.patients, report.kept_in) == ((0, 1), len(states()), None)
    assert sum(each.tracks for each in report.moves) == len(moved())
    assert {meta_of(path).rules_version for path in home.streams.glob("*.sqlite")} == {"yesterday's"}
    assert sentence_of(report).endswith("Nothing was written. To do it: myomap stream refold")


def test_stores_of_todays_rules_are_passed_over(at_home: Callable[..., Settings], home: Home) -> None:
    fill(home, "today's")
    report = refold_stores(at_home(), True, QUIET, slower, "today's")
    assert (report.partitions, report.moved, report.published) == ((), (), 0)
    assert sentence_of(report) == "Every store is of the rules today's already: nothing to refold."


def test_a_home_without_stores_is_refused(at_home: Callable[..., Settings]) -> None:
    with pytest.raises(Refusal, match="There is no state store in"):
        refold_stores(at_home(), True, QUIET)


@pytest.mark.broker
def test_a_refold_that_was_interrupted_goes_on_and_its_reports_are_kept(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=2)
    settings = kafka_settings(partitions=2)
    fill(settings.home, "yesterday's", events_topic(settings.kafka).topic_id)

    def interrupted(program: Any, condition: Any, track: Any) -> Any:
        if int(program.patient_key[-1], 16) % 2:
            raise KeyboardInterrupt
        return slower(program, condition, track)

    with pytest.raises(KeyboardInterrupt):
        refold_stores(settings, False, QUIET, interrupted, "today's")
    assert [meta_of(path).rules_version for path in stores_of(settings)] == ["today's", "yesterday's"]
    (first,) = (settings.home.root / "refolds").iterdir()
    assert first.stat().st_mode & 0o777 == 0o600

    time.sleep(1.1)  # the report's name is its second
    report = refold_stores(settings, False, QUIET, slower, "today's")
    assert report.partitions == (1,)
    kept = json.loads(Path(str(report.kept_in)).read_text())
    names = ("patient_key", "episode_id", "muscle_group", "side")
    everybody = [*json.loads(first.read_text())["moved"], *kept["moved"]]
    assert {tuple(each[name] for name in names) for each in everybody} == moved().keys()
    assert refold_stores(settings, False, QUIET, slower, "today's").partitions == ()
    assert "today's already" in sentence_of(refold_stores(settings, False, QUIET, slower, "today's"))


@pytest.mark.broker
def test_a_home_without_stores_on_a_new_kafka_is_refused(
    kafka_settings: Callable[..., Settings], clean_topics: Callable[..., None]
) -> None:
    clean_topics(partitions=2)
    with pytest.raises(Refusal, match="There is no state store in"):
        refold_stores(kafka_settings(partitions=2), False, QUIET)


def stores_of(settings: Settings) -> list[Path]:
    return sorted(settings.home.streams.glob("partition-*.sqlite"))
