"""Which pages each role has, in the order in which they are shown; the first is where a role begins."""

from typing import Final

PAGES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "director": (
        ("how_are_we_doing", "How are we doing"),
        ("compare_clinics", "Clinics compared"),
        ("which_tailoring_helps", "Which tailoring helps"),
    ),
    "therapist": (
        ("my_patients", "My patients"),
        ("one_patient", "One patient"),
        ("compare_before_tailoring", "Compare before tailoring"),
        ("record", "Record"),
    ),
    "data_engineer": (("sources", "Sources"),),
}
