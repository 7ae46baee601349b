"""Who may see what: a scope per visitor, and a table of what each role may ask; the rest is denied."""

from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["director", "therapist", "data_engineer", "development_switch"]
Kind = Literal["figures", "patients", "cohorts", "operations", "identities"]

DIRECTOR: Final = "director"
THERAPIST: Final = "therapist"
DATA_ENGINEER: Final = "data_engineer"
SWITCH: Final = "development_switch"
"""The role of the development switch itself, which lists clinics and therapists and nothing else."""

ROLE_NAMES: Final = {DIRECTOR: "Director", THERAPIST: "Therapist", DATA_ENGINEER: "Data engineer"}
MAY_ASK: Final[dict[str, frozenset[str]]] = {
    DIRECTOR: frozenset({"figures", "cohorts"}),
    THERAPIST: frozenset({"patients", "cohorts"}),
    DATA_ENGINEER: frozenset({"operations"}),
    SWITCH: frozenset({"identities"}),
}


class Denied(PermissionError):
    """A visitor asked for what their role may not see; the message says what to do."""


@dataclass(frozen=True)
class Scope:
    """A visitor: role, clinic (None: all clinics), therapist (a random key, None for other roles)."""

    role: str | None = None
    clinic: str | None = None
    therapist: str | None = None


NOBODY: Final = Scope()


def parameters(scope: Scope, kind: Kind) -> dict[str, str | None]:
    """The scope as query parameters for a kind of question; raises ``Denied`` unless it is allowed.

    Cohorts of a therapist reach over all clinics, because they only leave as figures of large groups.
    """
    if kind not in MAY_ASK.get(scope.role or "", frozenset()):
        raise Denied(sentence(scope))
    if kind == "patients" and not (scope.clinic and scope.therapist):
        raise Denied("Choose a clinic and a therapist first: a therapist sees their own patients only.")
    everywhere = kind == "cohorts" and scope.role == THERAPIST
    return {
        "role": scope.role,
        "clinic": None if everywhere else scope.clinic,
        "therapist": scope.therapist,
    }


def sentence(scope: Scope) -> str:
    """Why a page stays closed, and what to do."""
    if scope.role not in ROLE_NAMES:
        return (
            "You are not signed in, so nothing is shown. Ask whoever runs this installation for access; on a "
            "development machine, stop it with `myomap down` and start it again with "
            "`MYOMAP_DEVELOPMENT_IDENTITY=1 myomap up`, then choose a role on the left."
        )
    return f"A {ROLE_NAMES[scope.role].lower()} may not see this. Choose a page from the list on the left."
