"""Figures in the text format that Prometheus reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streams.figures import Histogram

Labels = Mapping[str, object]


@dataclass(frozen=True)
class Family:
    """One figure: its name, its kind (``gauge``, ``counter`` or ``histogram``), its meaning, its values."""

    name: str
    kind: str
    meaning: str
    values: Iterable[tuple[Labels, float | Histogram]]


def exposed(families: Iterable[Family]) -> str:
    """The figures as text; a figure without values is named all the same."""
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {family.meaning}", f"# TYPE {family.name} {family.kind}"]
        for labels, value in family.values:
            lines += _samples(family.name, labels, value)
    return "\n".join(lines) + "\n"


def _samples(name: str, labels: Labels, value: float | Histogram) -> list[str]:
    if not isinstance(value, Histogram):
        return [_sample(name, labels, value)]
    buckets = [_sample(f"{name}_bucket", {**labels, "le": _number(up)}, n) for up, n in value.cumulated()]
    return [
        *buckets,
        _sample(f"{name}_sum", labels, value.sum),
        _sample(f"{name}_count", labels, value.count),
    ]


def _sample(name: str, labels: Labels, value: float) -> str:
    inner = ",".join(f'{key}="{_escaped(str(text))}"' for key, text in labels.items())
    return f"{name}{{{inner}}} {_number(value)}" if inner else f"{name} {_number(value)}"


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return repr(value) if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
