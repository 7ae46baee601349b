from importlib.resources import files
from pathlib import Path

import pytest

from infra.policy_checking import check, policy_file
from infra.refusal import Refusal

TEXT = files("streams.progression").joinpath("policies", "default_msk", "v2.yaml").read_text("utf-8")


def written(folder: Path, text: str, name: str = "default_msk/v2.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_released_policies_can_be_used_and_say_that_nobody_signed_them_off() -> None:
    findings = check()
    assert {each.severity for each in findings} <= {"warning", "note"}
    unsigned = {each.file for each in findings if "signed it off" in each.says}
    assert unsigned >= {"default_msk/v1.yaml", "default_msk/v2.yaml", "post_surgical_lower_limb/v1.yaml"}


def test_a_released_policy_is_named_with_or_without_its_version() -> None:
    assert {each.file for each in check("default_msk")} == {"default_msk/v1.yaml", "default_msk/v2.yaml"}
    assert {each.file for each in check("default_msk/v1")} == {"default_msk/v1.yaml"}


def test_a_finding_names_file_rule_what_is_wrong_and_what_it_may_be(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT.replace("signal: quality", "signal: mood", 1))
    (finding,) = check(path)
    assert (finding.severity, finding.file) == ("error", "default_msk/v2.yaml")
    assert str(finding).startswith(
        "default_msk/v2.yaml: error: the rule quality_low (hold): `signal` is 'mood'; it may be red_flag,"
    )
    assert check(str(path)) == (finding,)


def test_a_file_that_is_no_policy_is_a_finding_and_one_that_is_not_there_a_refusal(tmp_path: Path) -> None:
    assert [each.severity for each in check(written(tmp_path, "policy: ["))] == ["error"]
    with pytest.raises(Refusal, match="cannot be read"):
        check(tmp_path / "gone" / "v1.yaml")
    with pytest.raises(Refusal, match=r"no policy gone.*default_msk/v1"):
        check("gone")


def test_a_policy_is_given_by_file_or_by_its_last_version(tmp_path: Path) -> None:
    assert policy_file("default_msk").general.version == 2
    assert policy_file("default_msk/v1").general.version == 1
    path = written(tmp_path, TEXT.replace("version: 2", "version: 3", 1), "default_msk/v3.yaml")
    assert policy_file(path).general.version == 3
    assert policy_file(path).rules_for("neck_pain", "deltoid").policy == "default_msk"


def test_a_policy_with_an_error_is_not_given(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT.replace("max_step: 1", "max_step: 3", 1))
    with pytest.raises(Refusal, match=r"cannot be used: the part advance.*myomap policy check"):
        policy_file(path)
