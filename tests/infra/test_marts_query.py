"""Questions to a small real release; whatever is not a question is refused."""

from pathlib import Path

import duckdb
import pytest

from contracts.settings import Home
from infra.marts_query import current_release, query
from infra.refusal import Refusal


def test_a_question_is_answered_with_its_release(home: Home, release: Path) -> None:
    answer = query(home, "SELECT patient_key AS who, count(*) AS n FROM fct_episode GROUP BY 1 ORDER BY 1")
    assert answer.release == "7"
    assert answer.columns == ("who", "n")
    assert answer.rows == (("p1", 2), ("p2", 1))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM fct_episode",
        "CREATE TABLE t AS SELECT 1",
        "DROP TABLE fct_episode",
        "SELECT 1; SELECT 2",
        "SELECT 1; DELETE FROM fct_episode",
        "ATTACH 'other.duckdb'",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "COPY fct_episode TO 'out.csv'",
        "EXPORT DATABASE 'out'",
        "INSTALL httpfs",
        "",
    ],
)
def test_anything_but_one_question_is_refused(home: Home, release: Path, statement: str) -> None:
    before = release.read_bytes()
    with pytest.raises(Refusal, match=r"^One SELECT is answered and nothing else"):
        query(home, statement)
    assert release.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM '{file}'",
        "SELECT * FROM glob('{folder}/*')",
    ],
)
def test_a_question_reads_nothing_outside_the_release(
    home: Home, release: Path, tmp_path: Path, statement: str
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(Refusal, match=r"^The release could not answer: .*"):
        query(home, statement.format(file=secret, folder=tmp_path))


@pytest.mark.parametrize("statement", ["SELECT * FROM no_such_table", "SELEKT 1"])
def test_a_question_with_a_mistake_is_one_refusal(home: Home, release: Path, statement: str) -> None:
    with pytest.raises(Refusal, match="The release could not answer"):
        query(home, statement)


def test_without_a_release_it_says_how_to_make_one(home: Home) -> None:
    with pytest.raises(Refusal, match=r"^There is no release in .* Make one with: myomap refresh$"):
        current_release(home)


def test_a_pointer_to_nothing_is_said(home: Home, release: Path) -> None:
    release.unlink()
    with pytest.raises(Refusal, match=r"names a file that is not there\."):
        current_release(home)


def test_a_release_can_be_read_while_another_one_is_made(home: Home, release: Path) -> None:
    with duckdb.connect(str(home.marts / "8.duckdb")) as building:
        building.execute("CREATE TABLE fct_episode AS SELECT 1 AS patient_key")
        assert query(home, "SELECT count(*) FROM fct_episode").rows == ((3,),)
