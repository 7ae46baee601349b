from importlib.resources import files

import pytest

from streams.progression.policy import read_policy

FOLDER = files("streams.progression").joinpath("policies")
TEXT = FOLDER.joinpath("post_surgical_lower_limb", "v1.yaml").read_text("utf-8")
PLACE = "post_surgical_lower_limb/v1.yaml"
SIGNED = "signed_off: {by: lead therapist, dated: 2026-02-01}\n"


def found(text: str, severity: str = "error") -> list[str]:
    return [str(each) for each in read_policy(text, PLACE)[1] if each.severity == severity]


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def test_a_sound_policy_draws_no_complaint_but_that_nobody_signed_it_off() -> None:
    assert found(TEXT) == found(TEXT, "warning") == []
    assert found(TEXT, "note") == [
        "the policy: no clinic has signed it off yet; its proposals are not for care"
    ]
    assert found(TEXT + SIGNED, "note") == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("policy: post_surgical_lower_limb", "policy: other", "the policy: it calls itself other version 1"),
        (
            "order: [stop, regress, hold, advance]",
            "order: [stop, hold, regress, advance]",
            "its order must be",
        ),
        ("max_step: 1", "max_step: 2", "the part advance: a decision may move one step"),
        ("max_levels_per_7d: 1", "max_levels_per_7d: 0", "at least one level in 7 days"),
        (
            "sessions_after_regress: 3",
            "sessions_after_regress: 1",
            "may not be less than consecutive_sessions",
        ),
        ("sign_off_from: S3", "sign_off_from: S5", "a gate lies below sign_off_from (S5)"),
        ("rule: quality_low", "rule: pain_rising", "the rule pain_rising: two rules have the same name"),
        ("    is_true: true\n", "    is_unknown: true\n", "no rule stops on a red flag"),
        ("    is_true: true\n", "    above: 1\n", "red_flag cannot be asked that way"),
        (
            "    above: pain_acceptable\n",
            "    basis: proposal\n",
            "the rule pain_high (regress): it must have one bound: above,",
        ),
        (
            "    above: pain_acceptable\n",
            "    above: 5\n    at_least: 5\n    basis: proposal\n",
            "it must have one bound: above,",
        ),
        (
            "    above: pain_acceptable\n",
            "    above: 50\n    basis: proposal\n",
            "above 50 says nothing: pain_during runs from 0 to 10",
        ),
        ("one_of: [notify]", "one_of: [worse]", "effusion_course takes one_of with clear, maintain,"),
        (
            "one_of: [warmup_persists]",
            "one_of: [none, warmup_resolves, next_day, warmup_persists]",
            "one_of with every word of soreness says nothing",
        ),
        ("one_of: [notify]", "above: 1", "effusion_course takes one_of with clear, maintain,"),
        (
            "    signal: pain_rises\n    at_least: 1\n",
            "    signal: pain_rises\n    is_true: true\n",
            "cannot be asked",
        ),
        (
            "from_stage: S6\n",
            "from_stage: S6\n    up_to_stage: S2\n",
            "from_stage S6 is above up_to_stage S2",
        ),
        ("days_off: 2", "days_off: 200", "days_off may be 0 to 14"),
        ("treat_from: 2", "treat_from: 1", "maintain_from has to be above 0 and below treat_from"),
        ("within_sessions: 8", "within_sessions: 0", "within_sessions has to be at least 1"),
        ("reps_from: 5,", "reps_from: 6,", "the table has to go on at 5 repetitions, without gaps"),
        ("reps_to: null", "reps_to: 20", "the last row without end"),
        (
            "next_session_kg: [5, 10]",
            "next_session_kg: [-5, 0]",
            "more repetitions may never lead to less load",
        ),
        (
            "    muscle_groups: [plantar_flexors]\n",
            "",
            "it has to say for which conditions or muscle_groups it is",
        ),
        (
            "    muscle_groups: [plantar_flexors]\n",
            "    muscle_groups: [plantar_flexors]\n    without: [mood]\n",
            "it takes the rule mood away, which is not there",
        ),
        (
            "  after_days: 7\n  plateau_sessions: 6\n  basis: proposal",
            "  after_days: 7\n  plateau_sessions: 6\n  basis: because it is so",
            "the part review: its source has no year, identifier or site; cite one, or",
        ),
        ("    basis: Gokeler 2016, PMC5315711", "    basis: ' '", "  the gate to S6: it must name its basis"),
    ],
)
def test_what_makes_no_sense_is_said_with_the_rule(old: str, new: str, complaint: str) -> None:
    complaints = found(changed(old, new))
    assert any(complaint.strip() in each for each in complaints), complaints


def test_two_for_two_needs_its_numbers() -> None:
    default = FOLDER.joinpath("default_msk", "v1.yaml").read_text("utf-8")
    for old, new, complaint in (
        ("  extra_reps: 2\n", "", "two_for_two needs extra_reps, sessions"),
        ("  increment_pct: [2.5, 10]\n", "", "two_for_two needs extra_reps, sessions"),
        ("[2.5, 10]", "[10, 2.5]", "increment_pct has to be"),
    ):
        assert old in default
        said = [str(each) for each in read_policy(default.replace(old, new), "default_msk/v1.yaml")[1]]
        assert any(complaint in each for each in said), said


def test_a_rule_that_looks_at_the_course_of_the_effusion_needs_its_part() -> None:
    begin, end = TEXT.index("effusion:\n"), TEXT.index("load:\n")
    assert "the part effusion: a rule looks at effusion_course, and the part is missing" in found(
        TEXT[:begin] + TEXT[end:]
    )


def test_only_a_hold_may_be_because_something_is_unknown() -> None:
    text = changed("    above: pain_acceptable\n", "    is_unknown: true\n    basis: proposal\n")
    assert any("only a hold may be because something is unknown" in each for each in found(text))


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("consecutive_sessions: 2", "consecutive_sessions: 1", "good and bad ones in turn may climb"),
        (
            "numbers:\n",
            "numbers:\n  idle: {value: 1, basis: proposal}\n",
            "the number idle: no rule stands on it",
        ),
        (
            "basis: Gokeler 2016, PMC5315711",
            "basis: Gokeler",
            "the gate to S6: its source has no year, identifier",
        ),
        (
            "    muscle_groups: [plantar_flexors]\n",
            "    conditions: [neck_pain]\n",
            "is not meant for any of its",
        ),
    ],
)
def test_what_should_not_be_is_a_warning(old: str, new: str, warning: str) -> None:
    warnings = found(changed(old, new), "warning")
    assert any(warning in each for each in warnings), warnings
    assert found(changed(old, new)) == []
