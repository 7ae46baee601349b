import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from demo_patients import events_of, small_demo

from contracts import events
from contracts.settings import Home, Settings
from contracts.topics import EVENTS
from infra.progress import Advance
from infra.refusal import Refusal
from infra.what_if import OWN, conditions_of, policy_named, try_policy, write_picture
from infra.workload import Record
from streams.batch import Fetched
from streams.opening import Log
from streams.partition import open_partition
from streams.progression.policy import POLICIES, rules_version
from warehouse.land import Bounds, Chunk, land

AtHome = Callable[..., Settings]
PARTITIONS = 2
ONE = ("neck_pain",)
"""A condition: fewer episodes take less time."""


def log_of_the_demo() -> dict[int, list[Record]]:
    """The small demo's events, by partition."""
    log: dict[int, list[Record]] = {number: [] for number in range(PARTITIONS)}
    for key, said in sorted(events_of(small_demo()).items()):
        records = log[int(key[-1], 16) % PARTITIONS]
        records += [
            Record(len(records) + place, key.encode(), events.encode(each)) for place, each in enumerate(said)
        ]
    return log


@pytest.fixture(scope="module")
def folded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose workers folded the small demo, and whose lake holds its events."""
    home = Home(tmp_path_factory.mktemp("what-if"))
    log = log_of_the_demo()
    for number, records in log.items():
        partition = open_partition(home.streams, Log(EVENTS, "id", number), rules_version())
        partition.apply(Fetched(number, partition.store.epoch, 0, len(records), records))
        partition.close()
    land(home.lake, InMemory(log), datetime(2026, 11, 1, tzinfo=UTC))
    return home


class InMemory:
    """The topic of events as a landing reads it."""

    def __init__(self, log: Mapping[int, list[Record]]) -> None:
        self._log = log

    def bounds(self, topic: str) -> dict[int, Bounds]:
        return {number: Bounds(0, len(rows)) for number, rows in self._log.items()} if topic == EVENTS else {}

    def read(self, _topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[Chunk]:
        for number, (start, end) in wanted.items():
            yield Chunk(number, self._log[number][start:end], end)


@pytest.fixture
def settings(folded: Home, home: Home, at_home: AtHome) -> Settings:
    shutil.copytree(folded.root, home.root)
    return at_home()


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """A draft of the default policy's next version that asks for three good sessions in a row."""
    text = POLICIES.joinpath("default_msk", "v1.yaml").read_text(encoding="utf-8")
    path = tmp_path / "default_msk" / "v9.yaml"
    path.parent.mkdir()
    changed = text.replace("version: 1", "version: 9").replace(
        "consecutive_sessions: 2", "consecutive_sessions: 3"
    )
    path.write_text(changed, encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, str]:
    """The files that hold something; reading leaves empty companions beside a store."""
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.stat().st_size and path.suffix != ".sqlite-shm"
    }


def test_a_stricter_draft_shows_who_would_be_lower(settings: Settings, stricter: Path) -> None:
    found = try_policy(settings, str(stricter))
    assert found.tried == "default_msk version 9 (draft v9.yaml)"
    assert found.against == OWN
    assert found.differences.patients > 100
    assert found.differences.now["lower"] > 20
    assert found.differences.now["higher"] == 0
    assert found.weeks


def test_nothing_of_the_live_state_is_touched(settings: Settings, stricter: Path) -> None:
    before = content(settings.home.streams)
    assert len(before) == PARTITIONS
    try_policy(settings, str(stricter), conditions=ONE)
    assert content(settings.home.streams) == before


def test_the_same_history_gives_the_same_differences_and_the_same_picture(
    settings: Settings, stricter: Path, tmp_path: Path
) -> None:
    pictures = [
        write_picture(
            try_policy(settings, str(stricter), conditions=ONE), settings.home, tmp_path / f"{number}.svg"
        )
        for number in range(2)
    ]
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


def test_stores_and_lake_tell_the_same(settings: Settings, stricter: Path) -> None:
    stores, lake = (
        try_policy(settings, str(stricter), read_from=each, conditions=ONE) for each in ("stores", "lake")
    )  # type: ignore[arg-type]
    assert stores.differences.tracks > 10
    assert replace(lake, read_from="stores") == stores


def test_two_policies_can_be_held_against_each_other(settings: Settings) -> None:
    same = try_policy(settings, "default_msk@1", against="default_msk@1", conditions=ONE)
    assert same.against == "default_msk version 1"
    assert same.differences.decisions_differ == 0


def test_episodes_of_one_condition_can_be_chosen(settings: Settings, stricter: Path) -> None:
    found = try_policy(settings, str(stricter), conditions=ONE)
    assert found.conditions == ONE
    assert {each.condition for each in found.differences.compared} == {"neck_pain"}


def test_without_a_condition_those_count_whom_the_policy_is_meant_for() -> None:
    meant = policy_named("carpal_tunnel_rsi@1")
    assert conditions_of((), meant) == ("carpal_tunnel", "repetitive_strain_injury")
    assert conditions_of(("all",), meant) == ()
    assert conditions_of((), policy_named("default_msk@1")) == ()
    with pytest.raises(Refusal, match=r"^There is no condition flu\. Name one of: low_back_pain"):
        conditions_of(("flu",), meant)


def test_a_name_is_the_last_version_of_it() -> None:
    assert policy_named("default_msk").general.version >= 2
    assert (
        policy_named("default_msk@1").general.version == policy_named("default_msk@v1").general.version == 1
    )


def test_a_policy_that_is_not_there_or_not_sound_is_one_sentence(stricter: Path) -> None:
    with pytest.raises(Refusal, match=r"^There is no policy nobody"):
        policy_named("nobody@1")
    stricter.write_text(stricter.read_text().replace("pain_during", "mood"), encoding="utf-8")
    with pytest.raises(Refusal, match=r"cannot be used: .*mood.* 'myomap policy check"):
        policy_named(str(stricter))


def test_homes_without_history_are_refused_with_what_to_do(at_home: AtHome) -> None:
    with pytest.raises(Refusal, match=r"hold no patient yet\. .* --from lake"):
        try_policy(at_home(), "default_msk")
    with pytest.raises(Refusal, match=r"holds no event yet\. .*myomap refresh"):
        try_policy(at_home(), "default_msk", read_from="lake")


def test_a_store_that_cannot_be_read_is_one_sentence(at_home: AtHome) -> None:
    settings = at_home()
    settings.home.streams.mkdir(parents=True)
    (settings.home.streams / "partition-0000.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(Refusal, match=r"^A state store cannot be read .* --from lake"):
        try_policy(settings, "default_msk")


def test_the_picture_goes_into_the_home_or_where_it_was_asked_for(settings: Settings, tmp_path: Path) -> None:
    found = try_policy(settings, "default_msk@1", conditions=ONE)
    path = write_picture(found, settings.home, None)
    assert path == settings.home.root / "what-if" / "default_msk-version-1.svg"
    assert path.read_text(encoding="utf-8").startswith("<svg")
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match=r"cannot be written .* Name another file with --picture\."):
        write_picture(found, settings.home, tmp_path / "file" / "picture.svg")


def test_long_work_shows_how_far_it_is(
    settings: Settings, stricter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[int, int]] = []

    @contextmanager
    def counting(_label: str, quiet: bool) -> Iterator[Advance]:
        assert not quiet
        yield lambda done, total: shown.append((done, total))

    monkeypatch.setattr("infra.what_if.counting", counting)
    try_policy(settings, str(stricter), conditions=ONE, quiet=False)
    assert shown == [(number, len(shown)) for number in range(1, len(shown) + 1)]
    assert len(shown) > 100
