"""Scenes of a rehearsal: a worker's life kept before each of its steps, and who goes on from there."""

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
from crash import stores_read
from crash.oracle import complaints
from crash.people import Sent, stream
from crash.rehearsal import ALL, Camera, Cut, Defences, Kafka, Step, Worker, left_behind, stepwise

from contracts.settings import Home
from contracts.topics import TRANSITIONS
from streams.batch import Fetched
from streams.position import StoreRefused
from streams.store import Fenced

SEED: Final = 584
"""With it the few patients below say an event of every type."""
FETCH: Final = 24
"""Records of one fetch in the life that is cut; who goes on reads all that is left at once."""
FIRST_OF_A_COMMIT: Final = "sqlite: UPDATE meta SET next_offset"

GoesOn = Callable[[Cut, Path, Defences], list[str]]
"""Who goes on from a cut, in a folder of its own; what is wrong at the end."""


def short_stream() -> list[Sent]:
    """Some patients, of whom two are merged and one is erased, with records that are no events."""
    sent = stream(4, SEED)
    for at, poison in ((40, b"{"), (41, None), (90, sent[90].value)):
        sent.insert(at, Sent(b"nobody", poison))
    return sent


def said_once() -> list[Sent]:
    """The same without what comes again."""
    return list(dict.fromkeys(short_stream()))


def film(home: Path, kafka: Kafka, album: Path, made_of: Defences = ALL, size: int = FETCH) -> list[Cut]:
    """Let a worker live on a home, and keep the world before each of its steps."""
    camera = Camera(home, kafka, album)
    _play(Worker(home / "streams", kafka, made_of, camera.step).live(size, drain_every=2), camera.step)
    return camera.cuts


def home_at(cut: Cut, place: Path) -> Path:
    """A copy of the home as a cut left it."""
    return Path(shutil.copytree(cut.home, place / "home"))


def published_upto(cut: Cut) -> int:
    """The last batch of which readers see a transition."""
    messages = [msgspec.json.decode(each.value or b"") for each in cut.kafka.topics[TRANSITIONS]]
    return max((message["next_offset"] for message in messages), default=0)


def durable_upto(cut: Cut) -> int:
    """How far the store goes that the cut left."""
    return stores_read.offsets(Home(cut.home)).get(0, 0)


def same_host(cut: Cut, place: Path, made_of: Defences = ALL) -> list[str]:
    """What is wrong after another worker of the same host went on from a cut."""
    home, kafka = home_at(cut, place), cut.kafka.copy()
    _play(Worker(home / "streams", kafka, made_of).live(1_000))
    return complaints(left_behind(kafka, home / "streams"))


def other_host(cut: Cut, place: Path, made_of: Defences = ALL) -> list[str]:
    """What is wrong after a worker of a host without any store went on from a cut."""
    kafka = cut.kafka.copy()
    _play(Worker(place / "other" / "streams", kafka, made_of).live(1_000))
    return complaints(left_behind(kafka, place / "other" / "streams"))


def there_and_back(cut: Cut, place: Path, made_of: Defences = ALL) -> list[str]:
    """What is wrong after another host went on for a while, and then the first one with its old store."""
    home, kafka = home_at(cut, place), cut.kafka.copy()

    async def scene() -> None:
        other = Worker(place / "other" / "streams", kafka, made_of)
        await other.start()
        await other.work(50, fetches=1)
        await other.work(30, fetches=1, drain_every=2)  # what is not published is lost with its host
        await Worker(home / "streams", kafka, made_of).live(1_000)

    _play(scene())
    return complaints(left_behind(kafka, home / "streams"))


def uncut(kafka: Kafka, place: Path, made_of: Defences = ALL) -> list[str]:
    """What is wrong after a life that nothing disturbed."""
    _play(Worker(place / "streams", kafka, made_of).live(FETCH, drain_every=2))
    return complaints(left_behind(kafka, place / "streams"))


def woken_on_the_same_host(kafka: Kafka, place: Path, made_of: Defences = ALL) -> list[str]:
    """What is wrong after a worker was stopped with a fetch in hand, replaced on its host, and woken."""
    folder = place / "home" / "streams"

    async def scene() -> None:
        old = Worker(folder, kafka, made_of)
        await old.start()
        await old.work(FETCH, fetches=2)
        in_hand = old.fetch(FETCH)
        assert in_hand is not None
        fresh = Worker(folder, kafka, made_of)
        await fresh.start()
        await fresh.work(FETCH * 3)
        await _woken(old, in_hand)
        await fresh.publish()
        fresh.partition.close()

    _play(scene())
    return complaints(left_behind(kafka, folder))


def woken_on_another_host(kafka: Kafka, place: Path, made_of: Defences = ALL) -> list[str]:
    """What is wrong after a worker was stopped with unpublished work, replaced on another host, and woken."""
    folder = place / "other" / "streams"

    async def scene() -> None:
        old = Worker(place / "home" / "streams", kafka, made_of)
        await old.start()
        await old.work(FETCH, fetches=2)
        await old.work(FETCH, fetches=1, drain_every=2)
        in_hand = old.fetch(FETCH)
        assert in_hand is not None
        await Worker(folder, kafka, made_of).live(FETCH * 3)
        await _woken(old, in_hand)

    _play(scene())
    return complaints(left_behind(kafka, folder))


def _play(scene: Coroutine[Any, Any, None], step: Step = lambda _: None) -> None:
    with stepwise(step):
        asyncio.run(scene)


async def _woken(worker: Worker, in_hand: Fetched) -> None:
    """It does what it was about to do; being told that it was replaced ends it."""
    try:
        await worker.partition.take(in_hand)
        await worker.publish()
    except Fenced:
        return


def first_wrong(cuts: list[Cut], place: Path, goes_on: GoesOn, made_of: Defences = ALL) -> list[str]:
    """What is wrong after the first cut of a life's work from which it does not go on well."""
    begins = next(number for number, cut in enumerate(cuts) if cut.step.startswith(FIRST_OF_A_COMMIT))
    for number, found in _wrong(cuts[begins:], place, goes_on, made_of):
        if found:
            return [f"{cuts[begins + number].step}: {each}" for each in found]
    return []


def all_wrong(cuts: list[Cut], place: Path, goes_on: GoesOn, made_of: Defences = ALL) -> dict[str, list[str]]:
    """What is wrong, by the cut from which it does not go on well."""
    found = _wrong(cuts, place, goes_on, made_of)
    return {f"{number} {cuts[number].step}": wrong for number, wrong in found if wrong}


def _wrong(
    cuts: list[Cut], place: Path, goes_on: GoesOn, made_of: Defences
) -> Iterator[tuple[int, list[str]]]:
    for number, cut in enumerate(cuts):
        here = place / f"from-{number}"
        try:
            yield number, goes_on(cut, here, made_of)
        except StoreRefused as refused:
            yield number, [f"refused: {refused}"]
        shutil.rmtree(here)
