"""The HTTP door: one record or a list per request, an API key per source, a verdict for every record."""

from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse

from contracts.registry import UnknownSource
from ingest import openapi
from ingest.bodies import Body, RecordTooLarge, records_of
from ingest.door import Door
from ingest.errors import DoorError
from ingest.keys import KeyRing
from ingest.lines import MAX_RECORD
from ingest.records import Verdict, reasons_json

DOOR: Final = "http"
MAX_BODY: Final = 5 * 1024 * 1024
"""Bytes of the largest body of a request."""
RETRY_AFTER_S: Final = 5
LOOKUP_SOURCE: Final = "therapist_form"
"""The source whose key may ask which key a patient has."""
NO_STORE: Final = {"Cache-Control": "no-store"}


class Refused(Exception):
    """A request that is answered with a status and a sentence."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers


class Question(msgspec.Struct):
    """A look-up: the clinic's own reference of a patient, and who asks."""

    reference: str
    actor: str


def create_app(door: Door, keyring: KeyRing) -> FastAPI:
    """The application; nothing of it calls out to the network."""
    app = FastAPI(title="Myomap, the door", version="1", docs_url=None, redoc_url=None)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(DoorError, _unavailable)

    @app.get("/healthz", summary="Whether the door answers")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(openapi.PAGE)

    @app.post("/v1/sources/{source}/events", **openapi.EVENTS)
    async def events(source: str, request: Request) -> JSONResponse:
        await _authorised(request, keyring, source)
        body = await _body(request)
        verdicts = await run_in_threadpool(_take_in, door, source, body)
        return JSONResponse(_told(verdicts))

    @app.post("/v1/lookup", **openapi.LOOKUP)
    async def lookup(request: Request) -> JSONResponse:
        await _authorised(request, keyring, LOOKUP_SOURCE)
        question = _question((await _body(request)).content)
        key = await run_in_threadpool(door.look_up, question.reference, question.actor)
        if key is None:
            raise Refused(404, "No patient is known by this reference.", NO_STORE)
        return JSONResponse({"patient_key": key}, headers=NO_STORE)

    return app


def _take_in(door: Door, source: str, body: Body) -> tuple[Verdict, ...]:
    try:
        records = records_of(body, lambda text: door.store.secret.masked(f"{source}\x1f{text}"))
        return door.take_in(DOOR, source, records)
    except RecordTooLarge as large:
        raise Refused(
            413,
            f"Record {large.number} has more than {MAX_RECORD} bytes. Send it smaller; nothing was taken in.",
        ) from None
    except UnknownSource:
        raise Refused(404, "This source has no contract any more. Ask who runs the door.") from None


async def _authorised(request: Request, keyring: KeyRing, source: str) -> None:
    """Who has no valid key learns nothing, not even which sources there are."""
    given = request.headers.get("x-api-key", "")
    owner = await run_in_threadpool(keyring.owner, given) if given else None
    if owner is None:
        raise Refused(401, "Send a valid API key in the header X-API-Key; 'myomap ingest key' makes one.")
    if owner != source:
        raise Refused(
            403, "This API key belongs to another source. Use the key of the source that you speak for."
        )


async def _body(request: Request) -> Body:
    """The body up to its limit; the rest of a larger one is not read."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > MAX_BODY:
        raise _too_large()
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BODY:
            raise _too_large()
    if not content.strip():
        raise Refused(400, "The body is empty. Send one record as a JSON object, or a list of them.")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    given = request.headers.get("idempotency-key") or request.headers.get("ce-id")
    return Body(bytes(content), media_type, given)


def _too_large() -> Refused:
    return Refused(413, f"The body has more than {MAX_BODY} bytes. Send fewer records at once.")


def _question(content: bytes) -> Question:
    try:
        question = msgspec.json.decode(content, type=Question)
    except msgspec.DecodeError:
        question = Question("", "")
    if not question.reference.strip() or not question.actor.strip():
        raise Refused(400, 'Send {"reference": "...", "actor": "..."}: whom you look for, and who you are.')
    return question


def _told(verdicts: tuple[Verdict, ...]) -> dict[str, Any]:
    """Counts, and each record's verdict in the order of the request."""
    counted = {name: sum(each.verdict == name for each in verdicts) for name in openapi.VERDICTS}
    records = [
        {"record_id": each.record_id, "verdict": each.verdict, "reasons": reasons_json(each)}
        for each in verdicts
    ]
    return {"received": len(verdicts), **counted, "records": records}


async def _refused(_request: Request, refused: Exception) -> JSONResponse:
    status = refused.status if isinstance(refused, Refused) else 500
    headers = refused.headers if isinstance(refused, Refused) else None
    return JSONResponse({"error": str(refused)}, status, headers)


async def _unavailable(_request: Request, failure: Exception) -> JSONResponse:
    return JSONResponse({"error": str(failure)}, 503, {"Retry-After": str(RETRY_AFTER_S)})
