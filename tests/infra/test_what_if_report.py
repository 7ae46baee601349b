import json
from functools import cache
from pathlib import Path

import pytest
from demo_patients import small_states

from infra.what_if import OWN, Tried
from infra.what_if_report import as_data, lines_of, print_report
from streams.progression.derive import released
from streams.progression.policy import rules_of
from streams.progression.what_if import compare, weeks

PICTURE = Path("what-if.svg")


@cache
def tried(people: int = 60, version: int = 1) -> Tried:
    name = "neck_low_back_pain" if version == 1 else "default_msk"
    found = compare(
        small_states()[:people],
        released,
        lambda _program, condition, track: rules_of(name, 1, condition, track[0]),
    )
    return Tried(f"{name} version 1", OWN, "a proposal", "stores", ("neck_pain",), found, weeks(found))


def test_the_sentences_say_what_was_compared_over_whom_and_what_would_differ() -> None:
    found, lines = tried().differences, list(lines_of(tried()))
    assert lines[0] == (
        "neck_low_back_pain version 1 (a proposal), against the policy of each program; "
        "episodes of neck pain."
    )
    assert lines[1].startswith(f"n = {found.patients} patients, {found.tracks} tracks, ")
    assert f"as of {found.as_of:%Y-%m-%d}." in lines[1]
    assert lines[2].startswith(
        f"Stage now: {found.now['lower']} tracks lower, {found.now['higher']} higher, "
    )
    assert "Nothing in the live state was changed." in lines[3]


def test_without_a_track_it_says_what_to_try() -> None:
    assert list(lines_of(tried(0)))[-1].endswith("Name other conditions with --condition, or 'all'.")


def test_people_get_the_table_of_stages_the_reasons_and_the_first_tracks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_report(tried(), PICTURE, first=2)
    written = capsys.readouterr().out
    found = tried().differences
    row = next(line for line in written.splitlines() if "S0 single joint" in line)
    assert str(sum(found.stages[0])) in row
    assert found.reasons[0].tried_rule in written
    assert f"The first 2 of {len(found.differing)} tracks that differ" in written
    first = found.differing[0]
    assert f"patient {first.patient_key}, {first.muscle_group}:{first.side}: " in written
    assert first.parting is not None and first.parting.tried is not None
    assert first.parting.tried.says in written
    assert written.endswith("The picture is what-if.svg.\n")


def test_no_tables_where_nothing_differs(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(tried(version=2), PICTURE, first=5)
    assert "Why tracks part" not in capsys.readouterr().out


def test_programs_get_every_track_that_differs_with_when_and_why() -> None:
    data = json.loads(json.dumps(as_data(tried(), PICTURE)))
    found = tried().differences
    assert data["tracks"] == found.tracks
    assert data["stages"] == [list(row) for row in found.stages]
    assert len(data["tracks_differing"]) == len(found.differing)
    first = data["tracks_differing"][0]
    assert {"patient_key", "muscle_group", "side", "now", "there_since"} <= first.keys()
    assert first["current"]["entered"][0][1].startswith("S")
    assert {"decided_at", "action", "rule", "says", "from_stage", "to_stage"} == first["parting"][
        "tried"
    ].keys()
    assert "compared" not in data
    assert data["picture"] == "what-if.svg"
