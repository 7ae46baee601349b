"""Courses of care as they are reported: by several sources, in good and bad weeks, at equal times."""

from typing import Any

from hypothesis import strategies as st
from patients import Patient, name_of

from contracts import events
from contracts.events import DEFAULT_POLICY, TrackEntry
from contracts.vocabulary import CONDITIONS, STAGES
from streams.progression.ladder import Track
from streams.progression.policy import policies

MINUTE = 1 / 1440
GROUPS = ("quadriceps", "hamstrings", "deltoid", "wrist_extensors", "deep_abdominals", "neck_flexors")
TRACKS: tuple[Track, ...] = (
    *((group, side) for group in GROUPS[:3] for side in ("left", "right", "bilateral")),
    ("wrist_extensors", "right"),
    ("deep_abdominals", "midline"),
    ("neck_flexors", "midline"),
)  # type: ignore[assignment]

GAPS = st.sampled_from(
    [0.05, 0.8, 1200 * MINUTE, 90 * MINUTE, 91 * MINUTE, 0.5, 1.0, 2.0, 2.5, 3.0, 7.0, 7.0, 15.0, 35.0]
)
"""Days from one session to the next: dense days and months of silence."""
APART = st.sampled_from([0.0, 0.0, 1.0, 30.0, 89.0, 90.0, 91.0])
"""Minutes between two reports of one session; the last one is too late for it."""
PAINS = st.sampled_from([None, 0.0, 1.0, 1.5, 2.0, 3.0, 5.0, 5.5, 8.0])
EFFUSIONS = st.sampled_from([None, None, 0.0, 0.5, 1.0, 2.0, 3.0])
SORENESS = st.sampled_from([None, None, "none", "warmup_resolves", "next_day", "warmup_persists"])
FLAGS = st.sampled_from([None, None, None, False, True])
SOURCES = ("therapist_form", "motion_sensor", "home_app")
PLACES = st.sampled_from(["clinic", "clinic", "home"])
RELEASED = [(each.policy, each.version) for each in policies()]
RULES = st.sampled_from(RELEASED) | st.sampled_from([*RELEASED, *RELEASED, ("gone", 1), (DEFAULT_POLICY, 99)])
DOSES = st.sampled_from([None, 0.0, 1.0, 2.0, 3.0])
STAGE = st.sampled_from(STAGES)
SYMPTOM_AT = {
    "before": st.sampled_from([-180.0, -181.0, -30.0, 0.0]),
    "during": st.sampled_from([0.0, 20.0, 720.0, 721.0]),
    "after": st.sampled_from([60.0, 60.0, 720.0, 100.0]),
    "next_morning": st.sampled_from([1200.0, 1200.0, 2160.0, 2161.0, 5.0]),
}
"""Minutes after the session's start, also just within and just beyond what still belongs to it."""

MOODS = (*["good"] * 3, *["but for one thing"] * 4, "every day", "swollen", "worse and worse", "any", "any")
LONG = {"every day": (8, 0.99), "swollen": (6, 2.5), "worse and worse": (4, 7.0)}
"""Moods that need some sessions, so many days apart, to show."""
MORNINGS = st.sampled_from([None, None, 1.0])
WRONG: list[dict[str, Any]] = [
    *({"pain": pain} for pain in (None, 2.5, 3.0, 5.0, 5.5, 8.0)),
    *({"pain": pain, "morning": None} for pain in (2.5, 3.0, 4.0, 5.0)),
    *({"after": pain} for pain in (2.5, 3.0, 4.0, 5.5, 9.0)),
    *({"before": 1.0, "morning": pain} for pain in (None, 2.5, 3.0, 3.5, 4.0, 9.0)),
    *({"quality": share} for share in (None, 0.5, 0.79, 0.85)),
    *({"reps": done} for done in ("10/7/7", "10/8/8", "10/9/9", "10/-/-", "10/14/14")),
    *({"soreness": word} for word in ("warmup_resolves", "next_day", "warmup_persists")),
    *({"effusion_grade": grade} for grade in (0.5, 1.0, 2.0, 3.0)),
    *({"quality": None, "reps": done} for done in ("10/10/-", "-/-/-")),
    *({"red_flag": True} for _ in range(2)),
]
"""What may be wrong with a session that is good otherwise."""


def episode_of(patient: Patient, word: str) -> str:
    """The id of the episode that goes by this word."""
    return name_of("episode", patient.name, word)


@st.composite
def course(draw: st.DrawFn, patient: Patient, episode: str, begin: float, rules: Any = RULES) -> None:
    """An episode: mostly opened and given a program, some stretches of sessions, mostly not closed.

    ``rules`` draws the policy and its version.
    """
    tracks = draw(st.lists(st.sampled_from(TRACKS), min_size=1, max_size=3, unique=True))
    if draw(st.integers(0, 14)):
        condition = draw(st.sampled_from(CONDITIONS))
        zone = draw(st.sampled_from(["Europe/Oslo", "Asia/Tokyo", "America/New_York", "nowhere"]))
        patient.opened(begin, episode_id=episode, condition=condition, zone=zone)
    if draw(st.integers(0, 14)):
        program(draw, patient, begin + 0.01, episode, tracks, rules)
    day = begin + draw(st.sampled_from([0.01, 1.0, 3.0]))
    for _ in range(draw(st.sampled_from([0, 1, 1, 2, 3]))):
        day = _stretch(draw, patient, day, episode, tracks)
        _turn(draw, patient, day - draw(st.sampled_from([0.0, 0.02, 0.5, 1.0])), episode, tracks)


def program(
    draw: Any, patient: Patient, day: float, episode: str, tracks: list[Track], rules: Any = RULES
) -> None:
    """A program for these tracks, under a policy that is mostly known."""
    policy, version = draw(rules)
    group = draw(st.sampled_from(GROUPS))
    entries = tuple(TrackEntry(muscle_group=each[0], side=each[1], stage=draw(STAGE)) for each in tracks)
    patient.program(
        None, day, episode_id=episode, tracks=entries, muscle_groups=(tracks[0][0], group), policy=policy,
        policy_version=version, sessions_per_week=draw(DOSES),
    )  # fmt: skip


def _turn(draw: Any, patient: Patient, day: float, episode: str, tracks: list[Track]) -> None:
    """What changes the course between two stretches, if anything does."""
    turn = draw(st.sampled_from(["nothing", "override", "override", "program", "closed"]))
    if turn == "override":
        group, side = draw(st.sampled_from([*tracks, (tracks[0][0], "bilateral")]))
        patient.override(draw(STAGE), day, episode_id=episode, muscle_group=group, side=side)
    elif turn == "program":
        program(draw, patient, day, episode, tracks[: draw(st.integers(0, 3))] or [TRACKS[0]])
    elif turn == "closed":
        patient.say(events.EpisodeClosed, day, episode_id=episode, reason="goals_met")


def _stretch(draw: Any, patient: Patient, day: float, episode: str, tracks: list[Track]) -> float:
    """Some sessions in a row, all in one mood or of all kinds; gives the day after them."""
    mood = draw(st.sampled_from(MOODS))
    told = draw(st.sampled_from([episode, episode, None]))
    rise, well_told = draw(st.sampled_from([0.5, 1.0, 2.0, 2.5])), draw(st.booleans())
    if mood in LONG:
        length, gap = LONG[mood]
        well_told = True
    else:
        length, gap = draw(st.integers(1, 5)), draw(GAPS)
    for number in range(length):
        if mood == "any":
            visit(draw, patient, day, told, tracks)
            gap = draw(GAPS)
        else:
            wrong = {"before": 1.0} if well_told else {"morning": draw(MORNINGS)}
            good_visit(draw, patient, day, told, tracks, **wrong | _wrong(draw, mood, number * rise))
        day += gap
    return day


def _wrong(draw: Any, mood: str, risen: float) -> dict[str, Any]:
    """What is not good about a session in this mood."""
    if mood == "but for one thing":
        return draw(st.sampled_from(WRONG))  # type: ignore[no-any-return]
    if mood == "swollen":
        return {"effusion_grade": draw(st.sampled_from([2.0, 2.0, 1.0, 1.0, 0.0, None, 3.0]))}
    return {"pain": min(risen, 5.0)} if mood == "worse and worse" else {}


def good_visit(
    draw: Any,
    patient: Patient,
    day: float,
    episode: str | None,
    tracks: list[Track],
    before: float | None = None,
    pain: float | None = 1.0,
    after: float | None = None,
    morning: float | None = 1.0,
    quality: float | None = 0.95,
    reps: str = "10/10/10",
    red_flag: bool = False,
    **symptoms: Any,
) -> None:
    """A session after which each of its tracks may advance, but for what is given."""
    about: dict[str, Any] = {"episode_id": episode, "session_id": name_of("session", patient.name, day)}
    patient.say(
        events.SessionRecorded,
        day,
        place="clinic",
        attended=True,
        quality=quality,
        red_flag=red_flag,
        **about,
    )
    patient.say(events.SymptomReported, day + 0.02, phase="during", pain=pain, **symptoms, **about)
    trained = tracks if draw(st.integers(0, 3)) else tracks[:1]
    for number, (group, side) in enumerate(trained):
        exercise_set(patient, day + 0.01 * (number + 1), (group, side), (reps, 10.0), **about)
    for phase, later, told in (
        ("before", -0.02, before),
        ("after", 0.04, after),
        ("next_morning", 0.8, morning),
    ):
        if told is not None:
            patient.say(events.SymptomReported, day + later, phase=phase, pain=told, **about)


def exercise_set(
    patient: Patient, day: float, track: Track, done: tuple[str, float | None], **about: Any
) -> None:
    """One set; ``done`` is prescribed/completed/correct repetitions (``-`` for unknown) and the load."""
    counts = [None if word == "-" else int(word) for word in done[0].split("/")]
    patient.say(
        events.ExerciseSetRecorded, day, exercise="extension", muscle_group=track[0], side=track[1],
        prescribed_reps=counts[0], completed_reps=counts[1], correct_reps=counts[2], load_kg=done[1],
        range_deg=45.5, **{"source": "motion_sensor"} | about,
    )  # fmt: skip


def visit(draw: Any, patient: Patient, day: float, episode: str | None, tracks: list[Track]) -> None:
    """One session as one to three sources report it, with symptoms and sets that name it or do not."""
    place, attended = draw(PLACES), draw(st.integers(0, 5)) > 0
    name = name_of("session", patient.name, day)
    start = day
    for source in SOURCES[draw(st.integers(0, 2)) :][: draw(st.sampled_from([1, 1, 2, 3]))]:
        patient.say(
            events.SessionRecorded, start, place=place, source=source, episode_id=episode,
            attended=attended if draw(st.integers(0, 5)) else not attended,
            session_id=draw(st.sampled_from([None, name, name_of(name, source), "s1"])),
            quality=draw(st.sampled_from([None, 0.5, 0.79, 0.8, 0.9])),
            red_flag=draw(st.integers(0, 11)) == 0,
        )  # fmt: skip
        start += draw(APART) * MINUTE
    for _ in range(draw(st.integers(0, 3))):
        symptom(draw, patient, day, episode, name)
    for _ in range(draw(st.integers(0, 3))):
        about = {"episode_id": episode, "session_id": draw(st.sampled_from([None, name, "s1"]))}
        done = draw(st.sampled_from(["10/10/9", "10/12/12", "10/7/7", "0/0/0", "-/8/4", "10/-/-"]))
        after = draw(st.sampled_from([0.0, 5.0, 5.0, 40.0, -90.0, 240.0, 241.0])) * MINUTE
        load = draw(st.sampled_from([None, 2.5, 10.0, 12.5, 1 / 3]))
        track = draw(st.sampled_from([*tracks, TRACKS[0], TRACKS[2]]))
        exercise_set(patient, day + after, track, (done, load), place=place, **about)


def symptom(draw: Any, patient: Patient, day: float, episode: str | None, name: str) -> None:
    """A report of symptoms around a session."""
    phase = draw(st.sampled_from(sorted(SYMPTOM_AT)))
    patient.say(
        events.SymptomReported, day + draw(SYMPTOM_AT[phase]) * MINUTE, phase=phase, episode_id=episode,
        pain=draw(PAINS), soreness=draw(SORENESS), effusion_grade=draw(EFFUSIONS), tenderness=draw(PAINS),
        inflammation=draw(FLAGS), session_id=draw(st.sampled_from([None, name, "s1", "never reported"])),
        source=draw(st.sampled_from(SOURCES)),
    )  # fmt: skip
