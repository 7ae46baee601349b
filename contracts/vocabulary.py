"""The closed lists of the clinic: every word that an event may use.

Each list is a ``Literal`` type, so that decoding refuses a word that is not in it, and a tuple of
its words in the order in which people read them.
"""

from typing import Final, Literal, get_args

Condition = Literal[
    "low_back_pain",
    "neck_pain",
    "carpal_tunnel",
    "limited_joint_mobility",
    "repetitive_strain_injury",
    "post_surgical",
    "post_injury",
    "none",
]
MuscleGroup = Literal[
    "neck_flexors",
    "neck_extensors",
    "upper_trapezius",
    "scapular_stabilizers",
    "rotator_cuff",
    "deltoid",
    "elbow_flexors",
    "elbow_extensors",
    "wrist_flexors",
    "wrist_extensors",
    "hand_intrinsics",
    "deep_abdominals",
    "lumbar_extensors",
    "hip_flexors",
    "hip_extensors",
    "hip_abductors",
    "hip_adductors",
    "quadriceps",
    "hamstrings",
    "plantar_flexors",
    "dorsiflexors",
]
Side = Literal["left", "right", "bilateral", "midline"]
Goal = Literal[
    "reduce_pain",
    "restore_range",
    "regain_strength",
    "improve_balance",
    "return_to_daily_function",
    "return_to_work",
    "return_to_sport",
    "correct_posture",
]
Technique = Literal[
    "manual_therapy",
    "therapeutic_exercise",
    "balance_exercise",
    "stabilization",
    "repetitive_movement",
    "stimulation",
    "neurokinetic_therapy",
]
Stage = Literal["S0", "S1", "S2", "S3", "S4", "S5", "S6"]
Domain = Literal["strength", "balance", "function", "movement", "pain", "posture", "proprioception"]
Origin = Literal["traumatic", "overuse", "insidious", "surgical"]
Chronicity = Literal["acute", "subacute", "chronic"]
Severity = Literal["mild", "moderate", "severe"]
AgeBand = Literal["14-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80+"]
Sex = Literal["female", "male", "other", "unknown"]
PayerClass = Literal["public", "private", "self_pay", "workers_compensation", "other"]
Place = Literal["clinic", "home"]
MissedReason = Literal["cancelled", "no_show", "illness", "travel", "pain", "equipment", "other"]
Phase = Literal["before", "during", "after", "next_morning"]
Soreness = Literal["none", "warmup_resolves", "warmup_persists", "next_day"]
DeviceClass = Literal[
    "hand_held_dynamometer",
    "isokinetic_dynamometer",
    "grip_dynamometer",
    "goniometer",
    "inclinometer",
    "motion_sensor",
    "force_plate",
    "stopwatch",
    "questionnaire",
    "unspecified",
]
Method = Literal[
    "active", "passive", "isometric", "isokinetic", "timed", "self_report", "observed", "trial_score"
]
Occasion = Literal["baseline", "follow_up", "discharge", "unscheduled"]
CloseReason = Literal["goals_met", "self_discharged", "lost_to_follow_up", "referred_on", "administrative"]
ReasonCode = Literal[
    "clinical_judgement",
    "symptom_flare",
    "medical_hold",
    "entry_misjudged",
    "entered_in_error",
    "wrong_patient",
    "wrong_side",
    "wrong_value",
    "device_fault",
    "sent_again",
    "person_asked",
]

CONDITIONS: Final[tuple[Condition, ...]] = get_args(Condition)
MUSCLE_GROUPS: Final[tuple[MuscleGroup, ...]] = get_args(MuscleGroup)
SIDES: Final[tuple[Side, ...]] = get_args(Side)
GOALS: Final[tuple[Goal, ...]] = get_args(Goal)
TECHNIQUES: Final[tuple[Technique, ...]] = get_args(Technique)
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
DOMAINS: Final[tuple[Domain, ...]] = get_args(Domain)
HEADLINE_DOMAINS: Final[tuple[Domain, ...]] = ("strength", "balance", "function")

STAGE_NAMES: Final[dict[Stage, str]] = {
    "S0": "single joint",
    "S1": "control",
    "S2": "multi-joint",
    "S3": "weight bearing",
    "S4": "progressive resistance",
    "S5": "full-range strengthening",
    "S6": "rigorous training",
}
