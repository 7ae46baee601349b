"""What a tried policy would change, as tables and sentences for people and as data for programs."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.vocabulary import STAGE_NAMES, STAGES
from infra.report import plain, print_table

if TYPE_CHECKING:
    from infra.what_if import Tried
    from streams.progression.what_if import Choice, Differences, TrackCompared


def as_data(tried: "Tried", picture: Path) -> dict[str, Any]:
    """Everything, with every track of which a decision differs."""
    found = tried.differences
    data = plain(found)
    data.pop("compared")
    tracks = [{**plain(each), "now": each.now, "there_since": each.there_since} for each in found.differing]
    return {
        "tried": tried.tried,
        "against": tried.against,
        "status": tried.status,
        "from": tried.read_from,
        "conditions": list(tried.conditions),
        **data,
        "stage_names": list(STAGES),
        "weeks": plain(tried.weeks),
        "tracks_differing": tracks,
        "picture": str(picture),
    }


def print_report(tried: "Tried", picture: Path, first: int) -> None:
    """Sentences, the table of stages, the reasons, and the first tracks that differ."""
    found = tried.differences
    for line in lines_of(tried):
        print(line)
    if found.decisions_differ:
        print_table("Tracks by stage: rows as it is, columns under the tried policy", *_stages(found))
        print_table(
            "Why tracks part, by their first decisions that lead apart",
            ("tracks", "as it is", "rule", "tried", "rule", "because"),
            _reasons(found),
        )
    if found.differing and first:
        listed = found.differing[:first]
        print(f"The first {len(listed)} of {len(found.differing)} tracks that differ (--json has all):")
        for each in listed:
            for line in _track(each):
                print(line)
    print(f"The picture is {picture}.")


def lines_of(tried: "Tried") -> Iterable[str]:
    """The result in sentences, with how many it is about and up to when."""
    found = tried.differences
    whom = ", ".join(each.replace("_", " ") for each in tried.conditions) or "all conditions"
    yield f"{tried.tried} ({tried.status}), against {tried.against}; episodes of {whom}."
    if not found.tracks:
        yield "No track was found to compare. Name other conditions with --condition, or 'all'."
        return
    yield (
        f"n = {found.patients:,} patients, {found.tracks:,} tracks, {found.decisions:,} decisions; as of "
        f"{found.as_of:%Y-%m-%d}. {found.decisions_differ:,} decisions differ."
    )
    now, since = found.now, found.same_stage_since
    yield (
        f"Stage now: {now['lower']:,} tracks lower, {now['higher']:,} higher, {now['same']:,} the same "
        f"(of these {since['later']:,} since a later day and {since['earlier']:,} since an earlier one). "
        f"{found.patients_elsewhere:,} patients would stand elsewhere."
    )
    yield "A closed episode counts with the stage at its end. Nothing in the live state was changed."


def _stages(found: "Differences") -> tuple[list[str], list[list[Any]]]:
    shown = [
        place
        for place in range(len(STAGES))
        if any(found.stages[place]) or any(row[place] for row in found.stages)
    ]
    columns = ["", *(STAGES[place] for place in shown), "all"]
    rows = [
        [
            f"{STAGES[here]} {STAGE_NAMES[STAGES[here]]}",
            *(found.stages[here][there] for there in shown),
            sum(found.stages[here]),
        ]
        for here in shown
    ]
    totals = [sum(row[there] for row in found.stages) for there in shown]
    return columns, [*rows, ["all", *totals, sum(totals)]]


def _reasons(found: "Differences") -> list[list[Any]]:
    return [
        [
            each.tracks,
            each.current_action,
            each.current_rule,
            each.tried_action,
            each.tried_rule,
            each.tried_says,
        ]
        for each in found.reasons
    ]


def _track(each: "TrackCompared") -> Iterable[str]:
    parting, current, tried = each.parting, each.current, each.tried
    yield (
        f"  patient {each.patient_key}, {each.muscle_group}:{each.side}: {current.stage} since "
        f"{current.since:%Y-%m-%d}, tried {tried.stage} since {tried.since:%Y-%m-%d}"
    )
    if parting is not None:
        yield f"    session of {parting.at:%Y-%m-%d}: {_chosen(parting.current)}"
        yield f"                tried: {_chosen(parting.tried)}"


def _chosen(choice: "Choice | None") -> str:
    if choice is None:
        return "no decision"
    move = choice.from_stage
    if choice.to_stage != choice.from_stage:
        move += f" to {choice.to_stage}"
    return f"{choice.action} {move} by {choice.rule}: {choice.says}"
