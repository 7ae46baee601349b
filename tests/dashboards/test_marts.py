"""The only opener of the released file: hardened, scoped, one release at a time."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from contracts.settings import Home
from dashboards import marts, questions
from dashboards.access import SWITCH, Denied, Scope
from dashboards.marts import NoRelease, Question, Release

DIRECTOR = Scope("director")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine AS SELECT 1",
        "DELETE FROM fct_change",
        "UPDATE fct_episode SET clinic = 'x'",
        "COPY fct_change TO 'stolen.csv'",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SELECT * FROM read_text('/etc/hostname')",
        "ATTACH 'other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
    ],
)
def test_the_connection_can_do_nothing_but_read_this_file(release: Release, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        marts.connection(release.path).cursor().execute(statement).fetchall()


def test_a_release_knows_its_name_and_as_of(release: Release, synthetic: ModuleType) -> None:
    assert (release.name, release.as_of) == (synthetic.RELEASE, synthetic.AS_OF)


def test_the_pointer_is_followed_at_once(synthetic: ModuleType, tmp_path: Path) -> None:
    home = Home(tmp_path)
    synthetic.build(home.marts, "1")
    before = marts.current(home)
    synthetic.build(home.marts, "2", seed=12)
    after = marts.current(home)
    assert (Path(before.path).name, Path(after.path).name) == ("1.duckdb", "2.duckdb")
    asked = [marts.ask(each, DIRECTOR, questions.DOMAINS, horizon="latest") for each in (before, after)]
    assert asked[0] != asked[1]
    assert marts.ask(before, DIRECTOR, questions.DOMAINS, horizon="latest") == asked[0]


def test_no_release_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoRelease, match="myomap refresh"):
        marts.current(Home(tmp_path))
    (tmp_path / "marts").mkdir()
    (tmp_path / "marts" / "current").write_text("9.duckdb", encoding="utf-8")
    with pytest.raises(NoRelease, match=r"9\.duckdb"):
        marts.current(Home(tmp_path))
    (tmp_path / "marts" / "9.duckdb").write_text("not a database", encoding="utf-8")
    with pytest.raises(NoRelease, match="cannot be read"):
        marts.current(Home(tmp_path))


def test_what_is_cached_for_one_scope_is_not_given_to_another(release: Release) -> None:
    one = marts.ask(release, Scope("director", "riverside"), questions.MONTHS, condition="all")
    other = marts.ask(release, Scope("director", "harbour"), questions.MONTHS, condition="all")
    assert set(one["clinic"].to_pylist()) == {"riverside"}
    assert set(other["clinic"].to_pylist()) == {"harbour"}


def test_a_denied_question_is_denied_also_when_its_answer_is_cached(release: Release) -> None:
    marts.ask(release, DIRECTOR, questions.MONTHS, condition="all")
    with pytest.raises(Denied):
        marts.ask(release, Scope("therapist", "harbour", "t-ha-0"), questions.MONTHS, condition="all")


def test_the_scope_is_part_of_the_cache_key(release: Release) -> None:
    looks_alike = Question("figures", "SELECT random() AS r WHERE $clinic IS NULL OR true")
    asked = [
        marts.ask(release, scope, looks_alike)["r"][0].as_py()
        for scope in (DIRECTOR, DIRECTOR, Scope("director", None, "somebody"))
    ]
    assert asked[0] == asked[1]
    assert asked[0] != asked[2]


def test_the_scope_cannot_be_chosen(release: Release) -> None:
    with pytest.raises(ValueError, match="cannot be chosen"):
        marts.ask(
            release, Scope("director", "riverside"), questions.MONTHS, condition="all", clinic="harbour"
        )


def test_values_are_parameters_and_never_statement_text(
    release: Release, truth: Callable[..., list[tuple[Any, ...]]]
) -> None:
    nasty = "all' OR 1 = 1 --"
    assert marts.rows(release, DIRECTOR, questions.MONTHS, condition=nasty) == []
    assert truth("SELECT count(*) FROM agg_clinic_month")[0][0] > 0


def test_a_therapist_gets_own_patients_only(
    release: Release, truth: Callable[..., list[tuple[Any, ...]]]
) -> None:
    people = marts.rows(release, Scope(SWITCH), questions.IDENTITIES)
    seen: list[str] = []
    for each in people:
        scope = Scope("therapist", each["clinic"], each["therapist"])
        own = {row["patient_key"] for row in marts.rows(release, scope, questions.EPISODES)}
        real = truth("SELECT patient_key FROM fct_episode WHERE therapist = ?", each["therapist"])
        assert own == {key for (key,) in real}
        seen += own
    assert len(seen) == len(set(seen)) == truth("SELECT count(DISTINCT patient_key) FROM fct_episode")[0][0]


def test_naming_another_therapists_patient_gives_nothing(
    release: Release, truth: Callable[..., list[tuple[Any, ...]]]
) -> None:
    ((key, episode),) = truth(
        "SELECT patient_key, episode_id FROM fct_episode WHERE therapist = 't-ha-0' ORDER BY ALL LIMIT 1"
    )
    colleague, elsewhere = Scope("therapist", "harbour", "t-ha-1"), Scope("therapist", "riverside", "t-ri-0")
    for stranger in (colleague, elsewhere):
        for question in (questions.STAGES, questions.VALUES, questions.CHANGES, questions.SESSIONS):
            assert marts.rows(release, stranger, question, patient_key=key, episode_id=episode) == []
    own = Scope("therapist", "harbour", "t-ha-0")
    assert marts.rows(release, own, questions.VALUES, patient_key=key, episode_id=episode) != []


def test_an_engineer_sees_no_row_of_a_patient(release: Release) -> None:
    engineer = Scope("data_engineer")
    for name, question in vars(questions).items():
        if isinstance(question, Question) and question.kind != "operations":
            with pytest.raises(Denied):
                marts.ask(release, engineer, question)
        elif isinstance(question, Question):
            assert "patient_key" not in marts.ask(release, engineer, question).column_names, name
