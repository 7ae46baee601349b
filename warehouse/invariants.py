"""What every recorded stage change must obey, asked in SQL that shares no code with the fold."""

from collections.abc import Iterator
from typing import Any, Final

import duckdb
import pyarrow as pa

from warehouse.criteria import actions_of, criteria_of, policy_files
from warehouse.lake import Lake
from warehouse.parity import Compared, Difference
from warehouse.records import EVENTS
from warehouse.replay import opened

_BOUNDS: Final = pa.schema(
    [
        ("policy", pa.string()),
        ("policy_version", pa.int32()),
        ("max_step", pa.int32()),
        ("max_levels_per_7d", pa.int32()),
        ("consecutive_sessions", pa.int32()),
        ("sign_off_from", pa.string()),
        ("pain_at_most", pa.float64()),
    ]
)

_ACTIONS: Final = pa.schema(
    [("policy", pa.string()), ("policy_version", pa.int32()), ("rule", pa.string()), ("action", pa.string())]
)
_CRITERIA: Final = pa.schema(
    [
        ("policy", pa.string()),
        ("policy_version", pa.int32()),
        ("rule", pa.string()),
        ("signal", pa.string()),
        ("side", pa.string()),
        ("bound", pa.float64()),
        ("from_stage", pa.string()),
        ("up_to_stage", pa.string()),
    ]
)

_RECORDED: Final = """
CREATE TEMP VIEW recorded AS
SELECT f.*, b.* EXCLUDE (policy, policy_version),
       CAST(substr(f.to_stage, 2) AS INT) - CAST(substr(f.from_stage, 2) AS INT) AS step
FROM landed_transitions AS f
JOIN event_ends AS e ON e."partition" = f."partition" AND f.next_offset <= e.end_offset
JOIN bounds AS b USING (policy, policy_version)
WHERE f.kind IN ('stage_entered', 'stop_raised')
QUALIFY row_number() OVER (PARTITION BY f.fact_id ORDER BY f.kafka_offset DESC) = 1
    AND f.change = 'published'
"""
_STANDING: Final = "CREATE TEMP VIEW standing AS FROM recorded WHERE kind = 'stage_entered'"

# Evidence that was corrected later may say something else than when it was weighed: not looked at here.
_EVIDENCE: Final = """
CREATE TEMP VIEW evidence AS
SELECT f.fact_id, v.*,
       CASE WHEN ends_with(v.source, '_form') THEN 0
            WHEN ends_with(v.source, '_app') THEN 2 ELSE 1 END AS trust,
       v.event_id IN (SELECT corrects FROM landed_events WHERE corrects IS NOT NULL) AS was_corrected
FROM (SELECT fact_id, patient_key, unnest(evidence) AS event_id FROM standing WHERE step > 0) AS f
JOIN landed_events AS v USING (patient_key, event_id)
"""

CHECKS: Final[dict[str, str]] = {
    "one_stage_at_a_time": """
        SELECT fact_id, false AS skip, step = 0 OR step < -1 OR step > max_step AS broken,
               'one step of at most ' || max_step AS due
        FROM standing
    """,
    "levels_in_7_days": """
        SELECT f.fact_id, false AS skip, count(*) > any_value(f.max_levels_per_7d) AS broken,
               'at most ' || any_value(f.max_levels_per_7d) || ' levels in 7 days, found ' || count(*) AS due
        FROM standing AS f
        JOIN standing AS g
          ON (f.patient_key, f.episode_id, f.muscle_group, f.side)
           = (g.patient_key, g.episode_id, g.muscle_group, g.side)
         AND g.occurred_at <= f.occurred_at AND g.occurred_at > f.occurred_at - INTERVAL 7 DAY
        WHERE f.step > 0 AND g.step > 0
        GROUP BY f.fact_id
    """,
    "evidence_is_landed": """
        SELECT f.fact_id, false AS skip, v.found IS NULL AS broken, 'landed event ' || f.event_id AS due
        FROM (SELECT fact_id, patient_key, unnest(evidence) AS event_id FROM standing) AS f
        LEFT JOIN (SELECT DISTINCT patient_key, event_id, true AS found FROM landed_events) AS v
          USING (patient_key, event_id)
    """,
    "pain_of_an_advance": """
        SELECT *, pain > bound AS broken, 'pain of at most ' || bound || ', found ' || pain AS due
        FROM (
            SELECT s.fact_id, any_value(s.pain_at_most) AS bound,
                   coalesce(bool_or(e.was_corrected), false) AS skip,
                   max(e.pain) FILTER (e.trust = e.most_trusted) AS pain
            FROM standing AS s
            LEFT JOIN (
                SELECT *, min(trust) OVER (PARTITION BY fact_id) AS most_trusted
                FROM evidence WHERE phase = 'during' AND pain IS NOT NULL
            ) AS e USING (fact_id)
            WHERE s.step > 0
            GROUP BY s.fact_id
        )
    """,
    "sessions_of_an_advance": """
        SELECT *, sessions < least AS broken, least || ' sessions, found ' || sessions AS due
        FROM (
            SELECT s.fact_id, any_value(s.consecutive_sessions) AS least,
                   coalesce(bool_or(e.was_corrected), false) AS skip,
                   count(DISTINCT e.event_id) FILTER (e.attended) AS sessions
            FROM standing AS s LEFT JOIN evidence AS e USING (fact_id)
            WHERE s.step > 0
            GROUP BY s.fact_id
        )
    """,
    "a_rule_does_what_it_is": """
        SELECT r.fact_id, false AS skip, 'what a rule that is to ' || coalesce(string_agg(a.action, ' or '),
                   '(not in its policy)') || ' does' AS due,
               NOT coalesce(bool_or(CASE a.action
                   WHEN 'stop' THEN r.kind = 'stop_raised' AND r.step = 0
                   WHEN 'regress' THEN r.kind = 'stage_entered' AND r.step = -1
                   WHEN 'advance' THEN r.kind = 'stage_entered' AND r.step > 0
                   ELSE false
               END), false) AS broken
        FROM recorded AS r LEFT JOIN actions AS a USING (policy, policy_version, rule)
        GROUP BY r.fact_id
    """,
    "criteria_of_an_advance": """
        SELECT fact_id, any_value(inputs IS NULL) AS skip, NOT bool_and(met) AS broken,
               string_agg(signal || ' ' || side || ' ' || bound || ', found ' || coalesce(value::VARCHAR,
                   'nothing'), '; ') FILTER (NOT met) AS due
        FROM (
            SELECT *, coalesce(CASE side
                       WHEN 'at_most' THEN value <= bound WHEN 'below' THEN value < bound
                       WHEN 'at_least' THEN value >= bound WHEN 'above' THEN value > bound
                   END, false) AS met
            FROM (
                SELECT s.fact_id, s.inputs, c.signal, c.side, c.bound,
                       TRY_CAST(json_extract(s.inputs::JSON, '$.' || c.signal) AS DOUBLE) AS value
                FROM standing AS s JOIN criteria AS c USING (policy, policy_version)
                WHERE s.step > 0 AND s.from_stage BETWEEN c.from_stage AND c.up_to_stage
            )
        )
        GROUP BY fact_id
    """,
    "sign_off_of_an_advance": """
        SELECT *, NOT signed AS broken, 'a sign-off among its evidence' AS due
        FROM (
            SELECT s.fact_id, coalesce(bool_or(e.was_corrected), false) AS skip,
                   coalesce(bool_or(
                       e.event_type IN ('StageOverridden', 'ProgramAssigned')
                       AND greatest(e.to_stage, list_max([t.stage FOR t IN e.tracks])) >= s.sign_off_from
                   ), false) AS signed
            FROM standing AS s LEFT JOIN evidence AS e USING (fact_id)
            WHERE s.step > 0 AND s.to_stage >= s.sign_off_from
            GROUP BY s.fact_id
        )
    """,
}
"""By check, for each fact: whether it cannot be, whether it breaks the rule, what is due."""

_COUNTED: Final = """
WITH asked AS ({question})
SELECT count(*) FILTER (NOT skip), count(*) FILTER (skip), count(*) FILTER (NOT skip AND broken),
    (list({{
        'key': r.patient_key, 'episode': r.episode_id, 'partition': r."partition", 'offset': r.next_offset,
        'what': r.muscle_group || ' ' || r.side || ', fact ' || r.fact_id || ': published ' || r.rule
            || ' from ' || r.from_stage || ' to ' || r.to_stage || ', expected ' || coalesce(due, 'otherwise')
    }} ORDER BY r.patient_key, r.fact_id) FILTER (NOT skip AND broken))[:{most}]
FROM asked JOIN recorded AS r USING (fact_id)
"""
MOST: Final = 100
"""So many differences of a check are told."""


def check_invariants(lake: Lake) -> tuple[Compared, ...]:
    """Hold the standing stage changes against the bounds of their policies, read from the policy files."""
    with opened(lake) as connection:
        ends = {each.partition: each.end for each in lake.manifest.of(EVENTS.name)}
        connection.register(
            "event_ends", pa.table({"partition": list(ends), "end_offset": list(ends.values())})
        )
        connection.register("bounds", pa.Table.from_pylist(list(policy_bounds()), _BOUNDS))
        policies = list(policy_files())
        actions = [row for each in policies for row in actions_of(each)]
        criteria = [row for each in policies for row in criteria_of(each)]
        connection.register("actions", pa.Table.from_pylist(actions, _ACTIONS))
        connection.register("criteria", pa.Table.from_pylist(criteria, _CRITERIA))
        connection.execute(_RECORDED)
        connection.execute(_STANDING)
        connection.execute(_EVIDENCE)
        return tuple(_asked(connection, name, question) for name, question in CHECKS.items())


def policy_bounds() -> Iterator[dict[str, Any]]:
    """The bounds of each released policy, as its file states them; with sections the widest of them."""
    for each in policy_files():
        yield _bounds_of(each)


def _bounds_of(policy: dict[str, Any]) -> dict[str, Any]:
    parts = [policy, *policy.get("sections", ())]
    said = [policy["advance"], *(part["advance"] for part in parts[1:] if "advance" in part)]
    pains = [pain for part in parts if (pain := _pain_of(policy, part)) is not None]
    return {
        "policy": policy["policy"],
        "policy_version": policy["version"],
        "max_step": max(each["max_step"] for each in said if "max_step" in each),
        "max_levels_per_7d": max(each["max_levels_per_7d"] for each in said if "max_levels_per_7d" in each),
        "consecutive_sessions": min(
            each["consecutive_sessions"] for each in said if "consecutive_sessions" in each
        ),
        "sign_off_from": max(each["sign_off_from"] for each in said if "sign_off_from" in each),
        "pain_at_most": max(pains, default=None),
    }


def _pain_of(policy: dict[str, Any], part: dict[str, Any]) -> float | None:
    """The most pain with which a session counts as good, in the policy or in one of its sections."""
    numbers = {
        name: each["value"] for name, each in (policy.get("numbers", {}) | part.get("numbers", {})).items()
    }
    said = (*policy["advance"]["all_of"], *part.get("advance", {}).get("all_of", ()))
    criteria = {each["rule"]: each for each in said if each["rule"] not in part.get("without", ())}
    bounds = [
        bound
        for each in criteria.values()
        if each["signal"] == "pain_during"
        for bound in (each.get("at_most"), each.get("below"))
        if bound is not None
    ]
    return min((float(numbers.get(bound, bound)) for bound in bounds), default=None)


def _asked(connection: duckdb.DuckDBPyConnection, name: str, question: str) -> Compared:
    row = connection.execute(_COUNTED.format(question=question, most=MOST)).fetchone()
    compared, skipped, different, told = row or (0, 0, 0, None)
    differences = tuple(
        Difference(name, one["key"], one["episode"], one["partition"], one["offset"], one["what"])
        for one in told or ()
    )
    return Compared(name, compared, skipped, different, differences)
