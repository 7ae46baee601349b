import json
import re
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from demo_patients import GOLDEN, NOW, SAMPLES, golden, sample
from patients import Patient, at, fold

from contracts.settings import Home
from infra.explaining import Explanation, explain_patient, explained, moment_of, track_of
from infra.refusal import Refusal
from infra.report import plain
from infra.workload import Record


def begun() -> Patient:
    patient = Patient()
    patient.opened()
    patient.program("S0")
    for day in (3, 10, 17, 24):
        patient.session(day)
    return patient


def told(text: str | None = None, track: str | None = None) -> Explanation:
    return explained(fold(begun().events()), track_of(track), text, at(60))


@pytest.mark.parametrize("pattern", SAMPLES)
def test_what_is_said_of_the_demos_patients_is_what_was_read_and_found_good(pattern: str) -> None:
    """See ``demo_patients`` for how the golden files are written anew."""
    for name, text in golden(pattern).items():
        assert text == (GOLDEN / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("pattern", SAMPLES)
def test_every_sample_names_stage_since_why_evidence_what_is_missing_and_what_to_watch(pattern: str) -> None:
    lines = explained(sample(pattern), None, None, NOW).lines
    for begins in ("Why: ", "Evidence: ", "In this stage: ", "Missing for ", "To watch: "):
        assert any(line.strip().startswith(begins) for line in lines), begins
    assert any(re.search(r": S\d [a-z -]+, since \d+ \w+ 2026\.", line) for line in lines)


def test_a_patient_is_explained_in_plain_lines_and_as_data(home: Home, stored: list[Record]) -> None:
    key = stored[0].key.decode()
    found = explain_patient(home, key)
    assert found.patient_key == key
    assert any("Low back pain" in line for line in found.lines)
    assert [each.condition for each in found.episodes] == ["low_back_pain"]
    (track, *_) = found.episodes[0].tracks
    assert track.because.rule
    assert (track.because.policy, track.because.policy_version) == ("default_msk", 1)
    assert track.because.evidence
    assert track.missing


def test_the_data_is_json_and_says_what_the_lines_say() -> None:
    found = json.loads(json.dumps(plain(told())))
    (track,) = found["episodes"][0]["tracks"]
    decision = track["last_decision"]
    assert {"policy", "policy_version", "rule", "says", "inputs", "evidence", "missing"} <= decision.keys()
    assert any(decision["says"] in line for line in found["lines"])
    assert all(any(each["text"] in line for line in found["lines"]) for each in track["missing"])
    assert all(any(each["text"] in line for line in found["lines"]) for each in track["watch"])


def test_lines_hold_no_key_of_a_person_an_episode_or_an_event() -> None:
    assert not re.search(r"[0-9a-f]{32}", "\n".join(told().lines))


def test_a_past_day_is_explained_by_what_had_occurred_until_its_end() -> None:
    found = told("2026-01-16")
    assert found.lines[0] == (
        "As it stood on 16 January 2026 at 23:59 (Europe/Oslo); what occurred later is left out."
    )
    assert found.episodes[0].tracks[0].stage == "S1"
    assert told("2026-01-15").episodes[0].tracks[0].stage == "S0"
    assert asdict(told())["episodes"][0]["tracks"][0]["stage"] == "S2"


def test_before_the_first_event_nothing_was_opened() -> None:
    assert told("2025-12-31").lines[-1] == "No episode of this patient was opened yet."
    assert told("2025-12-31", "quadriceps").episodes == ()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-07-01T18:00", datetime(2026, 7, 1, 16, tzinfo=UTC)),
        ("2026-07-01 18:00", datetime(2026, 7, 1, 16, tzinfo=UTC)),
        ("2026-07-01T18:00+05:30", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        ("2026-07-01T18:00Z", datetime(2026, 7, 1, 18, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 7, 1, 21, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_on_the_clinics_clocks(text: str, instant: datetime) -> None:
    assert moment_of(text, "Europe/Oslo") == instant


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "2026-02-30", "18:00", ""])
def test_a_time_that_cannot_be_read_is_one_sentence(text: str) -> None:
    with pytest.raises(Refusal, match=r"^The time .* cannot be read\. Write a day as 2026-01-31"):
        moment_of(text, "UTC")


def test_a_time_that_has_not_come_yet_is_refused() -> None:
    with pytest.raises(Refusal, match=r"^The time 2027-01-01 has not come yet"):
        told("2027-01-01")


def test_one_track_can_be_asked_for() -> None:
    assert told(track="quadriceps").episodes == told().episodes
    assert told(track="quadriceps:left").episodes == told().episodes


def test_a_track_that_nobody_has_or_knows_is_one_sentence() -> None:
    with pytest.raises(
        Refusal, match=r"^This patient has no track quadriceps:right\. Known then: quadriceps:left\."
    ):
        told(track="quadriceps:right")
    with pytest.raises(Refusal, match=r"^There is no muscle group knee\. Name one of: neck_flexors"):
        told(track="knee")
    for side in ("up", ""):
        with pytest.raises(Refusal, match=r"^There is no side .* Name one of: left, right"):
            told(track=f"quadriceps:{side}")


def test_an_unknown_key_is_refused_with_where_to_find_one(home: Home, stored: list[Record]) -> None:
    with pytest.raises(Refusal, match=r"^No patient with the key f+ is in the stores of .* ingest lookup"):
        explain_patient(home, "f" * 32)


def test_what_may_be_an_identifier_is_not_repeated(home: Home, stored: list[Record]) -> None:
    with pytest.raises(Refusal, match=r"^That is no key of a patient\. .* ingest lookup") as refused:
        explain_patient(home, "HB-01003")
    assert "HB-01003" not in str(refused.value)


def test_a_home_without_stores_knows_nobody(home: Home) -> None:
    with pytest.raises(Refusal, match="No patient with the key"):
        explain_patient(home, "0" * 32)
