"""What drop-out may have done to each figure: weighted for it with an interval; worst and best case."""

from typing import Any

import numpy as np
import pyarrow as pa

from warehouse.effects.bounds import share_bounds
from warehouse.effects.dropout import LARGEST_PLAIN_SHARE
from warehouse.effects.weighted_mean import Sums, weighted_means

PLACE = ("clinic", "condition", "muscle_group", "program", "domain", "horizon")
OF_OUTCOMES = {"goal": "all", "month": "all", "measure": None, "method": None, "device_class": None}
"""Parts of the key that a domain has not, with what stands there instead."""
COUNTS = ("n_started", "n_measured")
DIGITS = 9
"""Figures are rounded, so that the order in which people were added up does not show."""


def model(dbt: Any, session: Any) -> pa.Table:
    """One row per cell of ``int_outcome__summed``, and of ``int_domain__summed`` with ``measure`` null.

    Changes are improvements in the measure's unit, in a domain in baseline SDs; null where not told.
    """
    dbt.config(materialized="table", tags=["estimator"])
    outcomes, domains = dbt.ref("int_outcome__summed"), dbt.ref("int_domain__summed")
    return pa.concat_tables([_told(outcomes.to_arrow_table()), _told(domains.to_arrow_table())])


def _told(cells: pa.Table) -> pa.Table:
    """The key of each cell with its figures."""
    figures, why = _figures(cells)
    result = cells.select([*PLACE, *COUNTS])
    for name, otherwise in OF_OUTCOMES.items():
        there = name in cells.column_names
        column = cells[name] if there else pa.array([otherwise] * len(cells), pa.string())
        result = result.append_column(name, column)
    for name, values in figures.items():
        rounded = pa.array(np.round(values, DIGITS), pa.float64(), from_pandas=True)
        result = result.append_column(name, rounded)
    return result.append_column("why_not_weighted", pa.array(why, pa.string()))


def _figures(cells: pa.Table) -> tuple[dict[str, Any], list[str | None]]:
    """Figures by name (NaN where not told), and why the weighted ones are not."""
    have = {
        name: _floats(cells, name) for name in cells.column_names if cells.schema.field(name).type != "string"
    }
    names = [name for name in Sums.__dataclass_fields__ if name != "people"]
    means = weighted_means(Sums(have["n_measured"], *(have[name] for name in names)))
    lacking = have["n_plain"] > LARGEST_PLAIN_SHARE * have["n_measured"]
    fits = cells["why"].to_pylist()
    why = [fit if fit and lacks else own for fit, lacks, own in zip(fits, lacking, means.why, strict=True)]
    told = np.where([one is None for one in why], 1.0, np.nan)
    judged = np.where(have["weight_judged"] > 0, have["weight_judged"], np.nan)
    shares = share_bounds(have["n_improved"], have["n_judged"], have["n_started"] - have["n_measured"])
    return {
        "weighted_change": told * means.estimate,
        "weighted_low": told * means.low,
        "weighted_high": told * means.high,
        "weighted_share_improved": told * have["weight_improved"] / judged,
        "n_effective": means.effective,
        "largest_weight_share": means.largest_share,
        "worst_change": have["worst"] / have["n_started"],
        "best_change": have["best"] / have["n_started"],
        "worst_share_improved": shares.worst,
        "best_share_improved": shares.best,
    }, why


def _floats(cells: pa.Table, name: str) -> Any:
    return cells[name].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(float)
