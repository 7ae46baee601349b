"""What a therapist sees of their own tracks: marks, order, cards and the sentences of one patient."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from dashboards import panel
from dashboards.ladder import because, ladder
from dashboards.tables import Column, amount, count, moment, plain, share, text
from dashboards.words import NOTHING, day, label, labels, number, per_cent, person, safe, stage

Rows = list[dict[str, Any]]

MARKS: Final = {"regression": "Falling back", "plateau": "Standing still", "review": "Review due"}
KINDS: Final = {"regression": "bad", "plateau": "warn", "review": "good"}
DOMAINS: Final = ("strength", "balance", "function", "pain", "movement", "posture", "proprioception")
IDENTITY: Final = ("measure", "method", "device_class", "muscle_group", "side")
TRACK_COLUMNS: Final = (
    Column("patient_key", "Patient", person),
    text("condition", "Condition"),
    text("muscle_group", "Muscle group"),
    text("side", "Side"),
    Column("stage", "Stage", stage),
    moment("since", "Since"),
    count("sessions_in_stage", "Sessions in stage"),
    amount("pain_trend", "Pain trend (points a week)", 2, True),
    share("adherence_14d", "Adherence, 14 days"),
    Column("marks", "Marks", labels),
    moment("next_review_at", "Next review"),
)
STEP_COLUMNS: Final = (
    moment("occurred_at", "When"),
    text("kind", "What"),
    Column("from_stage", "From", stage),
    Column("to_stage", "To", stage),
    plain("why", "Why"),
    count("n_evidence", "Events behind it"),
)
SESSION_COLUMNS: Final = (
    plain("local_on", "Date"),
    text("place", "Place"),
    plain("attended", "Attended"),
    share("quality", "Quality"),
    amount("pain_before", "Pain before", 1),
    amount("pain_during", "During", 1),
    amount("pain_after", "After", 1),
    amount("pain_next_morning", "Next morning", 1),
    count("correct_reps", "Correct reps"),
    count("prescribed_reps", "Prescribed reps"),
)


def marked(tracks: Sequence[dict[str, Any]], as_of: datetime) -> Rows:
    """Tracks with their marks, those that need a look first."""
    rows = [row | {"marks": _marks(row, as_of)} for row in tracks]
    weight = {name: 4 >> place for place, name in enumerate(MARKS)}
    rows.sort(
        key=lambda row: (-sum(weight[mark] for mark in row["marks"]), row["patient_key"], row["episode_id"])
    )
    return rows


def _marks(row: dict[str, Any], as_of: datetime) -> list[str]:
    due = row["next_review_at"] is not None and row["next_review_at"] <= as_of
    found = {"regression": row["regression"], "plateau": row["plateau"], "review": due}
    return [name for name, holds in found.items() if holds]


def mark_words(name: str) -> str:
    """A mark for the filter."""
    return MARKS.get(name, "All open tracks")


def summary(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Cards that count open tracks and each mark; they are the therapist's own patients."""
    people = len({row["patient_key"] for row in rows})
    pieces = [panel.card("Open tracks", str(len(rows)), f"of {people} patients")]
    notes = {
        "regression": "stage lost, or symptoms rising",
        "plateau": "many sessions in one stage",
        "review": "the review date has come",
    }
    for name, words in MARKS.items():
        pieces.append(panel.card(words, str(sum(name in row["marks"] for row in rows)), notes[name]))
    return pieces


def by_person(rows: Sequence[dict[str, Any]]) -> list[tuple[tuple[str, str], Rows]]:
    """Tracks by patient and episode, in the order in which they come."""
    found: dict[tuple[str, str], Rows] = {}
    for row in rows:
        found.setdefault((row["patient_key"], row["episode_id"]), []).append(row)
    return list(found.items())


def patient_html(key: str, rows: Sequence[dict[str, Any]]) -> str:
    """One patient in the list: who, what for, and a small ladder per track."""
    first = rows[0]
    head = f"<b>{safe(person(key))}</b> · {safe(label(first['condition']))} · {safe(label(first['program']))}"
    return head + "".join(_track_html(row) for row in rows)


def _track_html(row: dict[str, Any]) -> str:
    tags = "".join(f'<span class="tag {KINDS[mark]}">{MARKS[mark]}</span>' for mark in row["marks"])
    where = f"{label(row['muscle_group'])}, {label(row['side']).lower()}: {stage(row['stage'])}"
    return (
        f'<div><span class="quiet">{safe(where)} since {safe(day(row["since"]))}</span> {tags}</div>'
        f"{ladder(row['stage'], compact=True)}"
    )


def track_facts(row: dict[str, Any], zone: str | None) -> list[str]:
    """Cards of one track: stage and since when, why, what is missing, how it goes."""
    missing = (
        "<br>".join(safe(each) for each in row["missing"] or ())
        or "Nothing: the next session may advance it."
    )
    since = f"since {day(row['since'], zone)}, {row['sessions_in_stage'] or 0} sessions in it"
    decided = f"decided {day(row['last_decided_at'], zone)}, {label(row['policy'])} v{row['policy_version']}"
    review = f"next review {day(row['next_review_at'], zone)}"
    pain = f"pain trend {number(row['pain_trend'], 2, True)} points a week"
    return [
        panel.card("Stage", stage(row["stage"]), safe(since)),
        panel.card("Why", label(row["last_action"]) if row["last_action"] else NOTHING,
                   f"{safe(because(row['last_rule']))}<br>{safe(decided)}"),
        panel.card("Missing for the next stage", str(len(row["missing"] or ())), missing),
        panel.card("Adherence, 14 days", per_cent(row["adherence_14d"]), f"{safe(pain)}<br>{safe(review)}"),
    ]  # fmt: skip


def measured(
    values: Sequence[dict[str, Any]], changes: Sequence[dict[str, Any]]
) -> list[tuple[Rows, dict[str, Any]]]:
    """Values by instrument, muscle group and side, headline domains first, each with what is known of it.

    A questionnaire belongs to the episode, while its change is listed under the program's muscle groups.
    """
    found: dict[tuple[Any, ...], Rows] = {}
    for value in sorted(values, key=_place):
        rows = found.setdefault(tuple(value[name] for name in IDENTITY), [])
        first = rows[0]["occurred_at"] if rows else value["occurred_at"]
        # Without a program there is no time zero: days count from the first value.
        since = (value["occurred_at"] - first).days if value["day"] is None else value["day"]
        rows.append(value | {"day": since, "label": value["label"] or label(value["measure"])})
    return [(rows, rows[0] | _change_of(identity, changes)) for identity, rows in found.items()]


def _place(value: dict[str, Any]) -> tuple[int, str, datetime]:
    domain = value["domain"]
    place = DOMAINS.index(domain) if domain in DOMAINS else len(DOMAINS)
    return place, value["label"] or "", value["occurred_at"]


def _change_of(identity: tuple[Any, ...], changes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    alike = [row for row in changes if tuple(row[name] for name in IDENTITY[:3]) == identity[:3]]
    exact = [row for row in alike if tuple(row[name] for name in IDENTITY) == identity]
    chosen = (exact or alike or [{}])[0]
    return {name: chosen.get(name) for name in ("baseline", "mdc", "mcid", "class", "improvement")}


def steps_of(track: dict[str, Any], steps: Sequence[dict[str, Any]]) -> Rows:
    """The steps of one track: left and right of a muscle group go their own ways."""
    place = track["muscle_group"], track["side"]
    return [step for step in steps if (step["muscle_group"], step["side"]) == place]


def entered(steps: Sequence[dict[str, Any]], zone: str | None) -> dict[str, str]:
    """The day on which each stage was last entered."""
    return {row["to_stage"]: day(row["occurred_at"], zone) for row in steps}


def explained(steps: Sequence[dict[str, Any]]) -> Rows:
    """Steps on the ladder with the rule in plain words and the number of events behind it."""
    return [
        dict(row)
        | {"why": because(row["rule"], row["reason_code"]), "n_evidence": len(row["evidence"] or ())}
        for row in steps
    ]
