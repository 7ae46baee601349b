"""The ladder of stages as HTML: where a track stands, and what it has passed."""

from typing import Final

from contracts.vocabulary import STAGE_NAMES, STAGES
from dashboards.words import safe, stage

SENTENCES: Final = {
    "program_entry": "The program set the stage at the start.",
    "therapist_override": "The therapist set this stage.",
    "signal_missing": "Something that the policy asks for was not recorded.",
    "criteria_not_met": "Not all criteria for advancing were met.",
    "good_sessions": "Enough good sessions in a row.",
    "consecutive_sessions": "A good session, but not yet enough of them in a row.",
    "sign_off": "Ready, but a clinician has to sign off the next stage.",
    "top_of_ladder": "The highest stage is reached.",
    "pace_cap": "As many stages in seven days as the policy allows.",
    "red_flag": "A red flag was reported.",
    "effusion_stop": "The joint was badly swollen.",
    "effusion_hold": "The joint was a little swollen.",
    "effusion_notify": "The joint stayed badly swollen: the clinician in charge has to know.",
    "effusion_treat": "The joint was badly swollen, which is treated first.",
    "effusion_maintain": "The joint was still a little swollen.",
    "effusion_unmeasured": "Nobody graded the swelling since it was bad.",
    "pain_high": "Pain during the session was above the limit.",
    "pain_after_high": "Pain after the session was above the limit.",
    "pain_after_gate": "Pain after the session was too high to go on.",
    "pain_after_unsettled": "Pain after the session was not low enough.",
    "soreness_persists": "Soreness in the warm-up did not go away.",
    "soreness_after": "There was soreness in the warm-up or the next day.",
    "soreness_warmup": "There was soreness in the warm-up.",
    "soreness_next_day": "There was soreness the next day.",
    "next_morning_worse": "Pain on the next morning was above usual.",
    "morning_much_worse": "Pain on the next morning was far above usual.",
    "morning_unknown": "It hurt, and nobody said how the next morning was.",
    "pain_rising": "Pain rose from week to week.",
    "week_worse": "Pain rose since the week before.",
    "too_often": "There were more sessions in a week than is good.",
    "quality_low": "Too few movements were done well.",
    "adherence_low": "Too few of the prescribed sessions were done.",
}
"""The rules of the released policies in plain words; a rule without a sentence is shown by its name."""


def ladder(current: str | None, entered: dict[str, str] | None = None, compact: bool = False) -> str:
    """Seven steps, the current one marked; ``entered`` maps a stage to the day it was last entered."""
    reached = STAGES.index(current) if current in STAGES else -1  # type: ignore[arg-type]
    steps = "".join(
        _step(code, place, reached, (entered or {}).get(code, ""), compact)
        for place, code in enumerate(STAGES)
    )
    words = f"Stage {stage(current)}, step {reached + 1} of {len(STAGES)}"
    kind = "ladder compact" if compact else "ladder"
    return f'<div class="{kind}" role="img" aria-label="{safe(words)}">{steps}</div>'


def _step(code: str, place: int, reached: int, on: str, compact: bool) -> str:
    state = "now" if place == reached else ("done" if place < reached else "ahead")
    name = STAGE_NAMES[code]  # type: ignore[index]
    words = "" if compact else f'<span class="name">{safe(name)}</span><span class="on">{safe(on)}</span>'
    rise = 4 + 2 * place if compact else 10 + 6 * place
    return (
        f'<div class="step {state}" style="--rise:{rise}px" title="{safe(code)} {safe(name)}">'
        f'<span class="bar"></span><span class="code">{code}</span>{words}</div>'
    )


def because(rule: str | None, reason: str | None = None) -> str:
    """A rule's name in plain words; the name itself stays visible for whoever looks it up."""
    if not rule:
        return "No decision yet."
    text = SENTENCES.get(rule) or f"Rule “{rule.replace('_', ' ')}”."
    return f"{text} Reason given: {reason.replace('_', ' ')}." if reason else text
