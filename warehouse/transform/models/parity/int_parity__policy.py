"""What the policy files say that the recomputation has to know, read as data: which signals each looks at."""

from importlib.resources import files
from typing import Any

import pyarrow as pa
import yaml

SCHEMA = pa.schema(
    [
        ("policy", pa.string()),
        ("policy_version", pa.int32()),
        ("signals", pa.list_(pa.string())),
        ("has_sections", pa.bool_()),
        ("treat_from", pa.float64()),
        ("maintain_from", pa.float64()),
        ("within_sessions", pa.int32()),
    ]
)


def model(dbt: Any, session: Any) -> pa.Table:
    """One row for each version of each policy."""
    dbt.config(materialized="table")
    folders = [each for each in files("streams.progression").joinpath("policies").iterdir() if each.is_dir()]
    texts = [each.read_text("utf-8") for folder in folders for each in folder.iterdir() if _is_policy(each)]
    return pa.Table.from_pylist([_row(yaml.safe_load(text)) for text in texts], SCHEMA)


def _is_policy(file: Any) -> bool:
    return file.name.endswith(".yaml")


def _row(policy: dict[str, Any]) -> dict[str, Any]:
    effusion = policy.get("effusion") or {}
    return {
        "policy": policy["policy"],
        "policy_version": policy["version"],
        "signals": sorted({*policy["required"]["signals"], *_signals(policy)}),
        "has_sections": bool(policy.get("sections")),
        "treat_from": effusion.get("treat_from"),
        "maintain_from": effusion.get("maintain_from"),
        "within_sessions": effusion.get("within_sessions"),
    }


def _signals(part: Any) -> set[str]:
    """Every signal that is named anywhere in this part of a policy."""
    if isinstance(part, list):
        return {name for each in part for name in _signals(each)}
    if not isinstance(part, dict):
        return set()
    own = {part["signal"]} if isinstance(part.get("signal"), str) else set()
    return own | {name for each in part.values() for name in _signals(each)}
