"""Words, numbers and times as people read them."""

from datetime import UTC, datetime

from dashboards import words


def test_words_of_the_vocabulary_become_readable() -> None:
    assert words.label("low_back_pain") == "Low back pain"
    assert words.label("none") == "Healthy trainees"
    assert words.labels(["deltoid", "hip_flexors"]) == "Deltoid, Hip flexors"
    assert words.stage("S1") == "S1 control"
    assert words.stage(None) == "–"


def test_numbers_have_a_real_minus_and_nothing_is_a_dash() -> None:
    assert words.number(-1.234, 2, signed=True) == "−1.23"
    assert words.number(-0.001, 2) == "0.00"
    assert words.number(float("nan")) == words.number(None) == "–"
    assert words.interval(-0.5, 0.25) == "−0.5 to +0.2"
    assert words.interval(None, 1.0) == "–"
    assert words.per_cent(0.456) == "46 %"
    assert words.per_cent(None) == "–"


def test_days_are_those_of_the_clinic() -> None:
    late = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)
    assert words.day(late) == "5 Jan 2026"
    assert words.day(late, "Europe/Berlin") == "6 Jan 2026"
    assert words.minute(late) == "5 Jan 2026, 23:30 UTC"


def test_text_is_safe_inside_of_markup() -> None:
    assert words.safe('<b title="x">') == "&lt;b title=&quot;x&quot;&gt;"
