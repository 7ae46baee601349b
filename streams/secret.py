"""The one secret that opens the pages about patients: from the settings, or made in the home."""

import contextlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from contracts.settings import SHORTEST_SECRET, Settings
from streams.readiness import NotReady

SCHEME: Final = "Bearer "
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403


def secret_of(settings: Settings) -> str:
    """The secret of this installation; raises ``NotReady`` where its file cannot be used."""
    if settings.worker_secret is not None:
        return settings.worker_secret
    path = settings.home.worker_secret
    try:
        if not path.exists():
            _make(path)
        found = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise NotReady(
            f"The secret of the workers' pages in {path} cannot be read or made ({type(problem).__name__}). "
            "See to the folder's rights, or set MYOMAP_WORKER_SECRET."
        ) from problem
    if len(found) < SHORTEST_SECRET:
        raise NotReady(
            f"The secret of the workers' pages in {path} is damaged: it is too short. Remove the file, and "
            "the next start makes another one, or set MYOMAP_WORKER_SECRET."
        )
    return found


def refused(authorization: str | None, secret: str | None) -> int | None:
    """The HTTP status with which a caller is turned away; None for one who sent the secret.

    Where there is no secret everybody is turned away.
    """
    if secret is None:
        return FORBIDDEN
    if authorization is None or not authorization.startswith(SCHEME):
        return UNAUTHORIZED
    given = authorization.removeprefix(SCHEME).strip()
    same = hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())
    return None if same else FORBIDDEN


def _make(path: Path, made: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(made() + "\n")
        file.flush()
        os.fsync(file.fileno())
    # Of several workers that begin at once, the first one's secret stays.
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
