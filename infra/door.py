"""Opens the door with its store, its broker and its contracts: what the verbs and the demo share."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts.registry import load
from contracts.settings import Settings
from infra.connection import connected
from infra.home import make_home
from infra.refusal import Refusal

if TYPE_CHECKING:
    from ingest.door import Door
    from ingest.files import FileReport
    from ingest.replaying import ReplayReport

RECORD_KEY: Final = "record.key"
"""Where the dashboards' form finds the key with which it speaks to the HTTP door."""
RECORD_SOURCE: Final = "therapist_form"


@contextlib.contextmanager
def open_door(settings: Settings) -> "Iterator[Door]":
    """The door of this home; its broker must be there."""
    from ingest.door import Door
    from ingest.publish import KafkaPublisher
    from ingest.store import open_store

    with (
        contextlib.closing(open_store(settings.home.door)) as store,
        contextlib.closing(KafkaPublisher(settings.kafka)) as publisher,
    ):
        yield Door(store, publisher, load(), now)


def now() -> datetime:
    """The clock of the doors."""
    return datetime.now(UTC)


def ingest_file_at(
    settings: Settings, path: Path, source: str, on_progress: Callable[[int, int], None] | None
) -> "FileReport":
    """Take in a file; a broker is started for the while when none runs."""
    from ingest.files import ingest_file

    _refuse_unreadable(path)
    load().contract(source)  # an unknown source is refused before a broker is started for it
    with connected(settings) as reachable, open_door(reachable) as door:
        return ingest_file(path, source, door, on_progress)


def _refuse_unreadable(path: Path) -> None:
    if path.is_dir():
        raise Refusal(f"{path} is a folder. Name one file of it.")
    if not path.is_file():
        raise Refusal(f"There is no file {path}.")
    try:
        path.open("rb").close()
    except OSError as failure:
        raise Refusal(
            f"The file {path} cannot be read ({failure.strerror}). Change its permissions and repeat."
        ) from failure


def replay_rejected(settings: Settings, source: str) -> "ReplayReport":
    """Take the kept rejected records of a source in once more, under the contract of today."""
    from ingest.replaying import replay

    load().contract(source)
    with connected(settings) as reachable, open_door(reachable) as door:
        return replay(door, source)


def serve_http(settings: Settings) -> None:
    """Serve the HTTP door until it is told to stop."""
    import uvicorn

    from ingest.http import create_app
    from ingest.keys import KeyRing

    refuse_taken_door(settings)
    write_record_key(settings)
    with open_door(settings) as door:
        application = create_app(door, KeyRing(settings.home.door))
        uvicorn.run(
            application, host=settings.host, port=settings.http_port, log_level="warning", access_log=False
        )


def refuse_taken_door(settings: Settings) -> None:
    """Refuse when another program has the port of the HTTP door."""
    from infra.services import refuse_taken_port

    refuse_taken_port(settings.host, settings.http_port, "HTTP door", "MYOMAP_HTTP_PORT")


def new_key(settings: Settings, source: str) -> str:
    """A new API key of a source, in place of the one before."""
    from ingest.keys import KeyRing

    load().contract(source)
    make_home(settings.home)
    return KeyRing(settings.home.door).create(source)


def write_record_key(settings: Settings) -> str:
    """The key of the dashboards' form; made once, readable by this user only."""
    from ingest.keys import KeyRing

    path = settings.home.run / RECORD_KEY
    ring = KeyRing(settings.home.door)
    if path.exists() and ring.verify(RECORD_SOURCE, path.read_text(encoding="utf-8").strip()):
        return path.read_text(encoding="utf-8").strip()
    key = ring.create(RECORD_SOURCE, "page")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(key, encoding="utf-8")
    return key
