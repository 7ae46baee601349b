"""Named patients for what one policy says and another does not: surgery, back and neck, wrist, gates."""

from patients import Case

UNDER_POLICIES = (
    Case(
        "knee_swells_and_settles",
        "After surgery: effusion of 2+ is treated, 1+ in the next session maintains, and in the one after it "
        "the knee may go on.",
        """
        0   opened post_surgical
        0   program quadriceps left S1 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        10  session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        13  session pain 1 quality 0.9 reps 10/10 effusion 1 morning 0
        16  session pain 1 quality 0.9 reps 10/10 effusion 1 morning 0
        23  session pain 1 quality 0.9 reps 10/10 effusion 0 morning 0
        """,
        "S1 0, S2 23",
        "consecutive_sessions effusion_treat effusion_maintain consecutive_sessions good_sessions",
    ),
    Case(
        "knee_stays_swollen",
        "After surgery: effusion is still 2+ in the second session after it came, so the clinician is told.",
        """
        0   opened post_surgical
        0   program quadriceps left S1 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        5   session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        8   session pain 1 quality 0.9 reps 10/10 effusion 2 morning 0
        """,
        "S1 0",
        "effusion_treat effusion_treat effusion_notify",
    ),
    Case(
        "swelling_nobody_graded",
        "After surgery of a knee nothing advances before somebody looked for effusion.",
        """
        0   opened post_surgical
        0   program quadriceps left S0 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0",
        "signal_missing signal_missing",
    ),
    Case(
        "hip_needs_no_grade",
        "The same at the hip, where effusion cannot be graded: two good sessions lead up.",
        """
        0   opened post_surgical
        0   program hip_abductors left S0 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 10",
    ),
    Case(
        "each_gate_for_itself",
        "After surgery a clinician opens weight bearing, and again progressive resistance.",
        """
        0   opened post_surgical
        0   program hip_abductors left S2 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        11  override S3
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  session pain 1 quality 0.9 reps 10/10 morning 0
        25  override S4
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        38  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S2 0, S3 11, S4 25",
        "consecutive_sessions sign_off consecutive_sessions sign_off consecutive_sessions sign_off",
    ),
    Case(
        "hurts_after_surgery_after_the_session",
        "During the session pain is low, but after it 3 and more: the track stays; above 5 it goes back.",
        """
        0   opened post_surgical
        0   program hip_abductors left S1 post_surgical_lower_limb/v1
        3   session pain 1 quality 0.9 reps 10/10 after 3 morning 0
        10  session pain 1 quality 0.9 reps 10/10 after 6 morning 0
        """,
        "S1 0, S0 10",
        "pain_after_gate pain_after_high",
    ),
    Case(
        "back_that_settles_over_night",
        "Low back pain of 4 in the session is accepted where the next morning is as usual.",
        """
        0   opened low_back_pain
        0   program lumbar_extensors bilateral S1 neck_low_back_pain/v1
        3   session pain 3 quality 0.9 reps 10/10 morning 2
        10  session pain 4 quality 0.9 reps 10/10 morning 2
        17  session pain 4 quality 0.9 reps 10/10 morning 2
        """,
        "S1 0, S2 10",
    ),
    Case(
        "back_nobody_asked",
        "The same pain, but nobody asked how the next morning was: what is not known holds.",
        """
        0   opened low_back_pain
        0   program lumbar_extensors bilateral S1 neck_low_back_pain/v1
        3   session pain 4 quality 0.9 reps 10/10 morning -
        10  session pain 4 quality 0.9 reps 10/10 morning -
        17  session pain 4 quality 0.9 reps 10/10 morning 2
        """,
        "S1 0",
        "morning_unknown morning_unknown morning_unknown",
    ),
    Case(
        "neck_learns_control_first",
        "The deep neck flexors need three clean sessions in a row, and 80 % is not clean enough yet.",
        """
        0   opened neck_pain
        0   program neck_flexors midline S0 neck_low_back_pain/v1
        3   session pain 1 quality 0.85 reps 10/10 morning 0
        10  session pain 1 quality 0.95 reps 10/10 morning 0
        17  session pain 1 quality 0.95 reps 10/10 morning 0
        24  session pain 1 quality 0.95 reps 10/10 morning 0
        """,
        "S0 0, S1 24",
    ),
    Case(
        "neck_flares_over_night",
        "A neck that hurts three points more than usual on the next morning goes back, on that morning.",
        """
        0   opened neck_pain
        0   program upper_trapezius bilateral S2 neck_low_back_pain/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 1
        10  session pain 1 quality 0.9 reps 10/10 morning 1
        17  session pain 1 quality 0.9 reps 10/10 morning 4
        """,
        "S2 0, S3 10, S2 17",
        "consecutive_sessions good_sessions morning_much_worse",
    ),
    Case(
        "neck_a_little_worse",
        "A rise of 1.5 points holds a neck, where it would not hold a back.",
        """
        0   opened neck_pain
        0   program upper_trapezius bilateral S2 neck_low_back_pain/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 1
        10  session pain 1 quality 0.9 reps 10/10 morning 2.5
        """,
        "S2 0",
        "consecutive_sessions next_morning_worse",
    ),
    Case(
        "back_a_little_worse",
        "The same rise at a back is less than what matters there.",
        """
        0   opened low_back_pain
        0   program lumbar_extensors bilateral S2 neck_low_back_pain/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 1
        10  session pain 1 quality 0.9 reps 10/10 morning 2.5
        """,
        "S2 0, S3 10",
    ),
    Case(
        "wrist_takes_its_time",
        "Carpal tunnel syndrome: the first morning says what is usual, then three good sessions lead up.",
        """
        0   opened carpal_tunnel
        0   program wrist_extensors right S0 carpal_tunnel_rsi/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 24",
        "signal_missing consecutive_sessions consecutive_sessions good_sessions",
    ),
    Case(
        "hand_beside_the_nerve",
        "Pain of 3.5 is too much for the muscles of the hand in carpal tunnel syndrome.",
        """
        0   opened carpal_tunnel
        0   program hand_intrinsics right S2 carpal_tunnel_rsi/v1
        3   session pain 3.5 quality 0.9 reps 10/10 morning 0
        """,
        "S2 0, S1 3",
        "pain_high",
    ),
    Case(
        "typist_without_a_day_off",
        "Repetitive strain: with more than four sessions in a week good sessions do not count.",
        """
        0   opened repetitive_strain_injury
        0   program wrist_extensors right S0 carpal_tunnel_rsi/v1
        3   session pain 1 quality 0.9 reps 10/10 morning 0
        4   session pain 1 quality 0.9 reps 10/10 morning 0
        5   session pain 1 quality 0.9 reps 10/10 morning 0
        6   session pain 1 quality 0.9 reps 10/10 morning 0
        7   session pain 1 quality 0.9 reps 10/10 morning 0
        8   session pain 1 quality 0.9 reps 10/10 morning 0
        20  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S0 0, S1 6",
        "signal_missing consecutive_sessions consecutive_sessions good_sessions too_often too_often "
        "consecutive_sessions",
    ),
    Case(
        "three_after_a_step_back",
        "After a step back the first step up needs three good sessions, the next one two again.",
        """
        0   opened
        0   program quadriceps left S1 default_msk/v2
        3   session pain 6 quality 0.9 reps 10/10 morning 0
        10  session pain 1 quality 0.9 reps 10/10 morning 0
        17  session pain 1 quality 0.9 reps 10/10 morning 0
        24  session pain 1 quality 0.9 reps 10/10 morning 0
        31  session pain 1 quality 0.9 reps 10/10 morning 0
        38  session pain 1 quality 0.9 reps 10/10 morning 0
        """,
        "S1 0, S0 3, S1 24, S2 38",
    ),
    Case(
        "sore_on_the_next_day",
        "Soreness on the next day repeats the session, soreness that does not go away leads one step down.",
        """
        0   opened
        0   program quadriceps left S2 default_msk/v2
        3   session pain 1 quality 0.9 reps 10/10 soreness none morning 0
        10  session pain 1 quality 0.9 reps 10/10 soreness next_day morning 0
        17  session pain 1 quality 0.9 reps 10/10 soreness warmup_persists morning 0
        """,
        "S2 0, S1 17",
        "consecutive_sessions soreness_next_day soreness_persists",
    ),
)
