"""The named patients: what happened to each, and where the track should have been when.

No clinician has reviewed these cases yet. The histories are read by ``patients``.
"""

from patients import Case
from patients_under_policies import UNDER_POLICIES

GENERAL = (
    Case(
        "steady_improver",
        "Two good sessions in a row lead one step up, and the count begins again.",
        """
        0   opened
        0   program quadriceps left S0
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 0 quality 0.9 reps 10/10 morning 0
        24  session pain 0 quality 0.9 reps 10/10 morning 0
        31  session pain 0 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 10, S2 24",
    ),
    Case(
        "relapse_then_recovery",
        "Pain above 5 leads one step down at once; then two good sessions lead up again.",
        """
        0   opened
        0   program quadriceps left S1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 6 quality 0.9 reps 7/10 morning 3
        24  session pain 2 quality 0.9 reps 10/10 morning 1
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S1 0, S2 10, S1 17, S2 31",
    ),
    Case(
        "late_upload",
        "The app was offline for a month; what it uploads counts as if it had come in time.",
        """
        0     opened
        0     program quadriceps left S0
        3@40  session pain 1 quality 0.9 reps 10/10 morning 0
        10@40 session pain 1 quality 0.9 reps 10/10 morning 0
        17    session pain 1 quality 0.9 reps 10/10 morning 0
        24    session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 10, S2 24",
    ),
    Case(
        "stuck_on_quality",
        "Pain is low, but the movements are not done well: the track stays.",
        """
        0   opened
        0   program quadriceps left S2
        3   session pain 1 quality 0.7 reps 10/10 morning 0
        10  session pain 1 quality 0.7 reps 10/10 morning 0
        17  session pain 1 quality 0.7 reps 10/10 morning 0
        24  session pain 1 quality 0.7 reps 10/10 morning 0
        """,
        "S2 0",
    ),
    Case(
        "unknown_stays",
        "Nobody wrote down the pain: what is not known never leads up.",
        """
        0   opened
        0   program quadriceps left S0
        3   session pain - quality 0.9 reps 10/10 morning 0
        10  session pain - quality 0.9 reps 10/10 morning 0
        17  session pain - quality 0.9 reps 10/10 morning 0
        """,
        "S0 0",
    ),
    Case(
        "up_and_down",
        "Good and bad sessions take turns: the track never climbs.",
        """
        0   opened
        0   program quadriceps left S1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 4 quality 0.9 reps 10/10 morning 3
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  session pain 4 quality 0.9 reps 10/10 morning 3
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S1 0",
    ),
    Case(
        "bad_mornings",
        "In the session all is well, but the next morning is worse than usual: the track stays.",
        """
        0   opened
        0   program quadriceps left S1
        3   session pain 1 quality 0.9 reps 10/10 morning 1
        10  session pain 1 quality 0.9 reps 10/10 morning 4
        17  session pain 1 quality 0.9 reps 10/10 morning 5
        """,
        "S1 0",
    ),
    Case(
        "swollen_knee",
        "Effusion of 2+ stops the track where it is, though everything else is good.",
        """
        0   opened
        0   program quadriceps left S1
        3   session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        10  session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        17  session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        24  session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        """,
        "S1 0, S2 24",
    ),
    Case(
        "waits_for_sign_off",
        "Progressive resistance needs a clinician; once set by hand, the track climbs on by itself.",
        """
        0   opened
        0   program quadriceps left S3
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        20  override S4
        24  session pain 1 quality 0.9 reps 10/10 morning 0
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S3 0, S4 20, S5 31",
    ),
    Case(
        "misses_sessions",
        "Every other prescribed session is missed: adherence is too low to climb.",
        """
        0   opened
        0   program quadriceps left S0
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  missed
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  missed
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0",
    ),
    Case(
        "therapist_knows_better",
        "A therapist sets the stage between a good session and its next morning: that session moves nothing.",
        """
        0    opened
        0    program quadriceps left S0
        3    session pain 1 quality 0.9 reps 10/10 morning 0
        10   session pain 1 quality 0.9 reps 10/10 morning 0
        10.5 override S0
        17   session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0",
    ),
)
"""What holds under any policy, told under the first one for muscle re-education."""

CASES = (*GENERAL, *UNDER_POLICIES)
