"""A release is reused only where everything that decides it is the same."""

from pathlib import Path

from warehouse.digest import digest_of


def project(folder: Path, sql: str = "SELECT 1") -> Path:
    (folder / "models").mkdir(parents=True, exist_ok=True)
    (folder / "models" / "a.sql").write_text(sql)
    return folder


def test_the_same_project_has_the_same_digest_wherever_it_lies(tmp_path: Path) -> None:
    assert digest_of(project(tmp_path / "target" / "a")) == digest_of(project(tmp_path / "b"))


def test_another_model_or_another_name_is_another_digest(tmp_path: Path) -> None:
    digests = {digest_of(project(tmp_path / "a")), digest_of(project(tmp_path / "b", "SELECT 2"))}
    renamed = project(tmp_path / "c")
    (renamed / "models" / "a.sql").rename(renamed / "models" / "b.sql")
    assert len(digests | {digest_of(renamed)}) == 3


def test_what_runs_leave_behind_does_not_count(tmp_path: Path) -> None:
    before = digest_of(project(tmp_path / "a"))
    for left in ("target/run.sql", "logs/x.json", "models/README.md"):
        (tmp_path / "a" / left).parent.mkdir(exist_ok=True)
        (tmp_path / "a" / left).write_text("x")
    assert digest_of(tmp_path / "a") == before
