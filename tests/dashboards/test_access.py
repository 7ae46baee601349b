"""Who may see what."""

import pytest

from dashboards.access import (
    DIRECTOR,
    MAY_ASK,
    NOBODY,
    SWITCH,
    THERAPIST,
    Denied,
    Scope,
    parameters,
    sentence,
)

KINDS = ("figures", "patients", "cohorts", "operations", "identities")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scope", [NOBODY, Scope("admin"), Scope(""), Scope("Director")])
def test_nobody_and_unknown_roles_are_denied_everything(scope: Scope, kind: str) -> None:
    with pytest.raises(Denied):
        parameters(scope, kind)  # type: ignore[arg-type]


def test_every_role_may_ask_only_for_what_is_listed() -> None:
    allowed = {
        (role, kind)
        for role in MAY_ASK
        for kind in KINDS
        if _is_allowed(Scope(role, "riverside", "t1"), kind)
    }
    assert allowed == {
        ("director", "figures"),
        ("director", "cohorts"),
        ("therapist", "patients"),
        ("therapist", "cohorts"),
        ("data_engineer", "operations"),
        ("development_switch", "identities"),
    }


def _is_allowed(scope: Scope, kind: str) -> bool:
    try:
        parameters(scope, kind)  # type: ignore[arg-type]
    except Denied:
        return False
    return True


@pytest.mark.parametrize(
    "scope", [Scope(THERAPIST), Scope(THERAPIST, "riverside"), Scope(THERAPIST, None, "t1")]
)
def test_a_therapist_without_clinic_or_key_sees_no_patient(scope: Scope) -> None:
    with pytest.raises(Denied, match="own patients only"):
        parameters(scope, "patients")


def test_a_director_of_one_clinic_is_bound_to_it() -> None:
    assert parameters(Scope(DIRECTOR, "harbour"), "cohorts")["clinic"] == "harbour"
    assert parameters(Scope(DIRECTOR), "figures")["clinic"] is None


def test_a_therapists_cohorts_reach_over_all_clinics() -> None:
    assert parameters(Scope(THERAPIST, "harbour", "t1"), "cohorts")["clinic"] is None
    assert parameters(Scope(THERAPIST, "harbour", "t1"), "patients")["clinic"] == "harbour"


def test_the_sentence_says_what_to_do() -> None:
    assert "not signed in" in sentence(NOBODY)
    assert "not signed in" in sentence(Scope(SWITCH))
    assert "`MYOMAP_DEVELOPMENT_IDENTITY=1 myomap up`" in sentence(NOBODY)
    assert "data engineer may not see this" in sentence(Scope("data_engineer"))
