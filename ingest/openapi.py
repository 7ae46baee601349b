"""What the HTTP door says of itself: descriptions for OpenAPI, and a page that shows them without a CDN."""

from typing import Any, Final

VERDICTS: Final = ("accepted", "duplicate", "rejected")

_KEY: Final = {
    "name": "X-API-Key",
    "in": "header",
    "required": True,
    "description": "Key of the source; 'myomap ingest key' makes one.",
    "schema": {"type": "string"},
}
_REPEAT: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request, so that repeating it gives the same records the same verdicts.",
    "schema": {"type": "string"},
}
_RECORD: Final = {"type": "object", "description": "A record as the source's contract describes it."}
_VERDICT: Final = {
    "type": "object",
    "properties": {
        "record_id": {"type": "string"},
        "verdict": {"type": "string", "enum": list(VERDICTS)},
        "reasons": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"code": {"type": "string"}, "path": {"type": "string"}},
            },
        },
    },
}
_ERROR: Final = {"type": "object", "properties": {"error": {"type": "string"}}}


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _answers(good: str, schema: dict[str, Any], **others: str) -> dict[int | str, dict[str, Any]]:
    answers: dict[int | str, dict[str, Any]] = {200: {"description": good, "content": _content(schema)}}
    for status, description in others.items():
        answers[int(status[1:])] = {"description": description, "content": _content(_ERROR)}
    return answers


EVENTS: Final[dict[str, Any]] = {
    "summary": "Take in records of a source",
    "description": "Answers once Kafka has acknowledged. Look at each record's verdict: "
    "a rejected record is a good answer too. After 503, repeat the same request.",
    "responses": _answers(
        "A verdict for each record, in order",
        {
            "type": "object",
            "properties": {
                "received": {"type": "integer"},
                **{name: {"type": "integer"} for name in VERDICTS},
                "records": {"type": "array", "items": _VERDICT},
            },
        },
        s400="The body is empty",
        s401="No valid key",
        s403="The key of another source",
        s404="The source has no contract",
        s413="More than 1 MiB in a record or 5 MiB in the body",
        s503="Kafka does not answer; repeat later",
    ),
    "openapi_extra": {
        "parameters": [_KEY, _REPEAT],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"oneOf": [_RECORD, {"type": "array", "items": _RECORD}]}},
                "application/cloudevents+json": {"schema": {"type": "object"}},
                "application/cloudevents-batch+json": {"schema": {"type": "array"}},
            },
        },
    },
}
LOOKUP: Final[dict[str, Any]] = {
    "summary": "The key of a patient, from the clinic's own reference",
    "description": "Needs the key of therapist_form. Who asked, when, and whether it was found is kept.",
    "responses": _answers(
        "The patient's key",
        {"type": "object", "properties": {"patient_key": {"type": "string"}}},
        s400="The question is incomplete",
        s401="No valid key",
        s403="The key of another source",
        s404="Nobody is known by this reference",
    ),
    "openapi_extra": {
        "parameters": [_KEY],
        "requestBody": {
            "required": True,
            "content": _content(
                {
                    "type": "object",
                    "required": ["reference", "actor"],
                    "properties": {"reference": {"type": "string"}, "actor": {"type": "string"}},
                }
            ),
        },
    },
}

PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Myomap, the door</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
section{border-top:1px solid #d0d7de;padding:1rem 0}code,pre{font:14px/1.4 ui-monospace,monospace}
pre{background:#f6f8fa;padding:.75rem;overflow:auto}
td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}
</style></head><body><h1>Myomap, the door</h1>
<p>The same as data: <a href="openapi.json">openapi.json</a></p><main id="calls">Loading</main>
<script>
const element = (name, text, parent) => {
  const made = document.createElement(name); made.textContent = text; parent.append(made); return made;
};
const table = (rows, parent) => {
  const made = element("table", "", parent);
  for (const cells of rows) {
    const row = element("tr", "", made); cells.forEach(each => element("td", each, row));
  }
};
fetch("openapi.json").then(answer => answer.json()).then(described => {
  const main = document.getElementById("calls"); main.textContent = "";
  for (const [path, calls] of Object.entries(described.paths)) {
    for (const [verb, call] of Object.entries(calls)) {
      const part = element("section", "", main);
      element("h2", verb.toUpperCase() + " " + path, part);
      element("p", [call.summary, call.description].filter(Boolean).join(". "), part);
      const given = (call.parameters || []).map(each =>
        [each.name, each.in, each.required ? "required" : "optional", each.description || ""]);
      if (given.length) { element("h3", "Parameters", part); table(given, part); }
      if (call.requestBody) {
        element("h3", "Body", part);
        element("pre", JSON.stringify(call.requestBody.content, null, 2), part);
      }
      element("h3", "Answers", part);
      table(Object.entries(call.responses).map(([status, each]) => [status, each.description]), part);
    }
  }
});
</script></body></html>
"""
