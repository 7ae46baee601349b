"""A small released marts folder whose rows are made up: three clinics, ten cells of care, one thin one."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from warehouse.effects.compared_clinics import Clinic, Compared, compare_clinics

AS_OF = datetime(2026, 6, 30, 6, 0, tzinfo=UTC)
RELEASE = "7"
ZONES = {"riverside": "Europe/Berlin", "harbour": "America/New_York", "hillcrest": "Australia/Sydney"}
CLINICS = tuple(ZONES)

# measure: label, construct, domain, unit, direction, low, high, reported, at muscle, method, device,
# mdc, mcid
MEASURES: dict[str, tuple[Any, ...]] = {
    "rmdq": (
        *("Roland-Morris disability", "disability", "function", "score", "lower", 0, 24, True, False),
        *("self_report", "questionnaire", 4.0, 5.0),
    ),
    "ndi": (
        *("Neck Disability Index", "disability", "function", "score", "lower", 0, 50, True, False),
        *("self_report", "questionnaire", 6.0, 8.0),
    ),
    "lefs": (
        *("Lower Extremity Functional Scale", "function", "function", "score", "higher", 0, 80, True, False),
        *("self_report", "questionnaire", 9.0, 9.0),
    ),
    "bctq_fss": (
        *("Boston carpal tunnel function", "function", "function", "score", "lower", 1, 5, True, False),
        *("self_report", "questionnaire", 0.4, 0.74),
    ),
    "nprs": (
        *("Pain, numeric rating", "pain", "pain", "score", "lower", 0, 10, True, False),
        *("self_report", "questionnaire", 1.5, 2.0),
    ),
    "muscle_strength": (
        *("Peak force", "isometric force", "strength", "N", "higher", 5, 900, False, True),
        *("isometric", "hand_held_dynamometer", 25.0, None),
    ),
    "grip_strength": (
        *("Grip strength", "grip force", "strength", "kg", "higher", 1, 90, False, True),
        *("isometric", "grip_dynamometer", 3.0, 5.0),
    ),
    "berg_balance": (
        *("Berg Balance Scale", "balance", "balance", "score", "higher", 0, 56, False, False),
        *("observed", "unspecified", 3.0, 4.0),
    ),
    "y_balance": (
        *("Y balance reach", "dynamic balance", "balance", "%", "higher", 20, 130, False, False),
        *("observed", "unspecified", 3.5, None),
    ),
    "range_of_motion": (
        *("Range of motion", "active range", "movement", "deg", "higher", 0, 180, False, True),
        *("active", "inclinometer", 6.0, 10.0),
    ),
    "strength_score": (
        *("Strength score", "trial score", "strength", "score", "higher", 0, 200, False, False),
        *("trial_score", "unspecified", None, None),
    ),
}
# condition, muscle groups, first and second program, people, effect of the first, measures with baseline/gain
CELLS: tuple[tuple[str, tuple[str, ...], str, str, int, float, dict[str, tuple[float, float]]], ...] = (
    ("low_back_pain", ("lumbar_extensors", "deep_abdominals"), "stabilization_led", "manual_therapy_led", 216,
     2.2, {"rmdq": (14, 5), "nprs": (6, 2.4), "muscle_strength": (190, 44), "berg_balance": (44, 3)}),
    ("neck_pain", ("neck_flexors",), "stabilization_led", "manual_therapy_led", 96, 0.0,
     {"ndi": (26, 8), "nprs": (6, 2), "range_of_motion": (46, 10)}),
    ("neck_pain", ("upper_trapezius",), "manual_therapy_led", "balance_led", 30, 0.0,
     {"ndi": (24, 2.2), "nprs": (5, 1)}),
    ("carpal_tunnel", ("wrist_flexors",), "repetitive_movement_led", "manual_therapy_led", 70, 0.0,
     {"bctq_fss": (2.9, 0.7), "grip_strength": (24, 4.6), "nprs": (5, 1.6)}),
    ("post_surgical", ("quadriceps",), "strengthening_led", "stimulation_led", 110, 9.0,
     {"lefs": (32, 17), "muscle_strength": (215, 78), "berg_balance": (40, 6.5),
      "range_of_motion": (85, 25)}),
    ("post_injury", ("hip_abductors",), "balance_led", "strengthening_led", 84, 0.0,
     {"lefs": (39, 14), "y_balance": (78, 7.5), "muscle_strength": (150, 30)}),
    ("post_injury", ("hamstrings",), "strengthening_led", "repetitive_movement_led", 52, 0.0,
     {"lefs": (40, 15), "muscle_strength": (145, 41)}),
    ("limited_joint_mobility", ("rotator_cuff",), "strengthening_led", "stimulation_led", 48, 0.0,
     {"range_of_motion": (88, 21), "nprs": (5, 1.5), "muscle_strength": (90, -3)}),
    ("repetitive_strain_injury", ("wrist_extensors",), "repetitive_movement_led", "manual_therapy_led", 8,
     0.0, {"grip_strength": (26, 3), "nprs": (5, 1.2)}),
)  # fmt: skip
HEALTHY = {"CONT": (20, -0.15), "RI": (16, 1.4375), "WI": (21, 2.0476)}
HORIZONS = {"week_6": 42, "week_12": 84, "latest": 90}
SEVERITIES, CHRONICITIES = ("mild", "moderate", "severe"), ("acute", "subacute", "chronic")
AGES = ("18-29", "30-39", "40-49", "50-59", "60-69")
BOTH_SIDES = "t-ha-both"
STAGE_OF = ("S0", "S1", "S2", "S3", "S4", "S5", "S6")


def build(folder: Path, release: str = RELEASE, seed: int = 11) -> Path:
    """Write ``<folder>/<release>.duckdb`` and the pointer to it; returns the database file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{release}.duckdb"
    rows = _Rows(np.random.default_rng(seed))
    rows.fill()
    connection = duckdb.connect(str(path))
    connection.execute("SET TimeZone = 'UTC'")
    for name, table in rows.tables.items():
        connection.register("incoming", pa.Table.from_pylist(table))
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        connection.unregister("incoming")
    for name, statement in AGGREGATES.items():
        connection.execute(f"CREATE TABLE {name} AS {statement}")
    connection.execute(Path(__file__).with_name("made_up_completeness.sql").read_text(encoding="utf-8"))
    for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
        _date(connection, name, release)
    connection.close()
    (folder / "current").write_text(path.name, encoding="utf-8")
    return path


def _date(connection: duckdb.DuckDBPyConnection, name: str, release: str) -> None:
    known = {row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()}
    if "release" not in known:
        connection.execute(f"ALTER TABLE {name} ADD COLUMN release VARCHAR DEFAULT '{release}'")
    if "as_of" not in known:
        connection.execute(
            f"ALTER TABLE {name} ADD COLUMN as_of TIMESTAMPTZ DEFAULT TIMESTAMPTZ '{AS_OF.isoformat()}'"
        )


class _Rows:
    """Rows of the fact tables, filled person by person."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.number = 0
        names = ("fct_episode", "fct_change", "fct_outcome", "fct_session", "fct_track", "fct_transition")
        self.tables: dict[str, list[dict[str, Any]]] = {name: [] for name in names}

    def fill(self) -> None:
        """Everything: people of each cell, healthy trainees, the dimensions and what operations see."""
        for cell in CELLS:
            for _ in range(cell[4]):
                self._patient(cell)
        for program, (people, mean) in HEALTHY.items():
            for spot in range(people):
                self._trainee(program, mean + 0.2 * (spot - (people - 1) / 2))
        self._both_sides()
        self.tables |= _dimensions() | _operations() | _compared()

    def _patient(self, cell: Any) -> None:
        condition, groups, first, second, _, effect, measures = cell
        rng, key = self.rng, self._key()
        severity = int(rng.integers(0, 3))
        chosen_first = bool(rng.random() < (0.66, 0.5, 0.36)[severity])
        episode = self._episode(
            key, condition, groups, first if chosen_first else second, SEVERITIES[severity]
        )
        measured = rng.random() < 0.86
        for place, (measure, (base, gain)) in enumerate(measures.items()):
            sign = 1 if MEASURES[measure][4] == "higher" else -1
            spread = max(abs(gain) * 0.35, 0.2)
            baseline = base - sign * (severity - 1) * base * 0.1 + float(rng.normal(0, base * 0.12))
            better = gain * (1.25, 1.0, 0.75)[severity] + float(rng.normal(0, spread))
            better += effect if place == 0 and chosen_first else 0.0
            self._outcome(episode, measure, groups, baseline, sign * better if measured else None)
        self._track(episode, groups)
        for week in range(8):
            self._session(episode, week)

    def _trainee(self, program: str, change: float) -> None:
        episode = self._episode(self._key(), "none", ("unspecified",), program, "mild")
        self._outcome(episode, "strength_score", ("unspecified",), 50.0, change)

    def _both_sides(self) -> None:
        """A patient whose muscle group has a track on each side, with a therapist of their own."""
        program = "stimulation_led"
        episode = self._episode(self._key(), "post_injury", ("hamstrings",), program, "mild")
        episode |= {"clinic": "harbour", "therapist": BOTH_SIDES, "side": "bilateral", "closed_at": None}
        for side in ("left", "right"):
            self._track(episode | {"side": side}, ("hamstrings",))

    def _key(self) -> str:
        self.number += 1
        return f"p{self.number:04d}"

    def _episode(
        self, key: str, condition: str, groups: tuple[str, ...], program: str, severity: str
    ) -> dict[str, Any]:
        rng = self.rng
        clinic = CLINICS[self.number % 3]
        zero = AS_OF - timedelta(days=int(rng.integers(20, 175)), hours=20)
        closed = zero + timedelta(days=110) if rng.random() < 0.4 else None
        row = {
            "patient_key": key, "episode_id": f"e{key}", "clinic": clinic, "zone": ZONES[clinic],
            "condition": condition, "body_region": "trunk", "side": "right", "onset_on": date(2025, 12, 1),
            "origin": "overuse", "chronicity": CHRONICITIES[int(rng.integers(0, 3))], "severity": severity,
            "age_band": AGES[int(rng.integers(0, 5))], "sex": ("female", "male")[int(rng.integers(0, 2))],
            "comorbidity_count": int(rng.integers(0, 4)), "prior_surgery": bool(rng.random() < 0.2),
            "payer_class": "public", "therapist": f"t-{clinic[:2]}-{self.number // 3 % 4}",
            "opened_at": zero - timedelta(days=3), "time_zero": zero, "program": program,
            "goals": ["regain_strength"], "techniques": ["therapeutic_exercise"],
            "muscle_groups": list(groups),
            "muscle_group": groups[0], "sessions_per_week": 1.0,
            "closed_at": closed if closed and closed < AS_OF else None,
            "close_reason": "goals_met" if closed and closed < AS_OF else None, "sessions_attended": 7,
            "sessions_missed": 1, "has_baseline": True, "has_follow_up": True,
            "is_clinical": condition != "none",
        }  # fmt: skip
        self.tables["fct_episode"].append(row)
        return row

    def _outcome(
        self,
        episode: dict[str, Any],
        measure: str,
        groups: tuple[str, ...],
        baseline: float,
        change: float | None,
    ) -> None:
        about = MEASURES[measure]
        low, high = about[5], about[6]
        baseline = float(min(max(baseline, low), high))
        zero = episode["time_zero"]
        values = [(0, baseline)]
        for share, day in ((0.3, 21), (0.7, 42), (1.0, 84)):
            if change is not None and zero + timedelta(days=day) < AS_OF:
                values.append((day, float(min(max(baseline + share * change, low), high))))
        for day, value in values:
            self._value(episode, measure, groups[0] if about[8] else None, value, day)
        last = values[-1][1] if len(values) > 1 or episode["condition"] != "none" else None
        if episode["condition"] == "none":
            last = baseline + (change or 0.0)
        for horizon in HORIZONS:
            late = {"week_6": 42, "week_12": 84}.get(horizon)
            found = [value for day, value in values if day == late] if late else [last]
            follow_up = found[0] if found else None
            if change is None or (late is None and len(values) == 1 and episode["condition"] != "none"):
                follow_up = None
            for group in groups if not about[8] else groups[:1]:
                self._change(episode, measure, group, baseline, follow_up, horizon)

    def _value(
        self, episode: dict[str, Any], measure: str, group: str | None, value: float, day: int
    ) -> None:
        about = MEASURES[measure]
        self.tables["fct_outcome"].append({
            "event_id": f"o{len(self.tables['fct_outcome'])}", "patient_key": episode["patient_key"],
            "episode_id": episode["episode_id"], "measure": measure, "label": about[0], "domain": about[2],
            "value": round(value, 2), "unit": about[3], "direction": about[4], "method": about[9],
            "device_class": about[10], "muscle_group": group, "side": episode["side"],
            "rater": episode["therapist"], "occasion": "baseline" if day == 0 else "follow_up",
            "occurred_at": episode["time_zero"] + timedelta(days=day), "day": day, "source": "therapist_form",
        })  # fmt: skip

    def _change(
        self, episode: dict[str, Any], measure: str, group: str, baseline: float, follow_up: float | None,
        horizon: str,
    ) -> None:  # fmt: skip
        about = MEASURES[measure]
        sign = 1 if about[4] == "higher" else -1
        change = None if follow_up is None else follow_up - baseline
        better = None if change is None else sign * change
        days = (AS_OF - episode["time_zero"]).days
        case_mix = (
            *(
                "clinic",
                "therapist",
                "condition",
                "program",
                "goals",
                "severity",
                "chronicity",
                "age_band",
                "sex",
            ),
            *("comorbidity_count", "prior_surgery", "payer_class", "body_region", "origin", "is_clinical"),
            *("patient_key", "episode_id", "side", "time_zero"),
        )
        self.tables["fct_change"].append({
            **{name: episode[name] for name in case_mix}, "measure": measure, "method": about[9],
            "device_class": about[10], "muscle_group": group, "horizon": horizon, "label": about[0],
            "domain": about[2], "unit": about[3], "direction": about[4],
            "due": episode["condition"] == "none"
            or days >= {"week_6": 56, "week_12": 98, "latest": 56}[horizon],
            "baseline": baseline, "baseline_at": episode["time_zero"], "follow_up": follow_up,
            "follow_up_at": None if follow_up is None else episode["time_zero"] + timedelta(days=84),
            "change": change, "improvement": better, "same_rater": True,
            "class": _class_of(better, about[11], about[12]), "threshold_row": f"{measure}.1",
            "registry_version": 1, "mdc": about[11], "mcid": about[12], "baseline_pain": 5.0,
        })  # fmt: skip

    def _track(self, episode: dict[str, Any], groups: tuple[str, ...]) -> None:
        rng = self.rng
        for group in groups:
            stage = int(rng.integers(0, 6))
            since = episode["time_zero"] + timedelta(days=10 + stage)
            plateau, regression = bool(rng.random() < 0.12), bool(rng.random() < 0.06)
            base = {name: episode[name] for name in ("patient_key", "episode_id")}
            about = {name: episode[name] for name in ("clinic", "therapist", "condition", "program")}
            self.tables["fct_track"].append({
                **base, "muscle_group": group, "side": episode["side"], **about, "stage": STAGE_OF[stage],
                "since": since, "sessions_in_stage": 1 + stage, "good_streak": 1,
                "pain_trend": float(rng.normal(-0.1, 0.1)), "adherence_14d": float(rng.uniform(0.5, 1.0)),
                "plateau": plateau, "regression": regression, "last_action": "advance",
                "last_rule": "good_sessions", "last_decided_at": since,
                "missing": ["one more session with quality of at least 80 %", "pain at most 3 of 10"],
                "next_review_at": AS_OF + timedelta(days=int(rng.integers(-4, 12))),
                "is_open": episode["closed_at"] is None, "policy": "default_msk", "policy_version": 1,
            })  # fmt: skip
            for step in range(stage + 1):
                self.tables["fct_transition"].append({
                    "fact_id": f"f{len(self.tables['fct_transition'])}", **base, "kind": "stage_entered",
                    "muscle_group": group, "side": episode["side"],
                    "from_stage": STAGE_OF[step - 1] if step else None, "to_stage": STAGE_OF[step],
                    "rule": "good_sessions" if step else "program_entry", "policy": "default_msk",
                    "policy_version": 1, "occurred_at": since - timedelta(days=2 * (stage - step)),
                    "evidence": [f"s{step}", f"y{step}"], "missing": "[]", "reason_code": None, **about,
                })  # fmt: skip

    def _session(self, episode: dict[str, Any], week: int) -> None:
        rng = self.rng
        at = episode["time_zero"] + timedelta(days=7 * week, hours=2)
        if at > AS_OF:
            return
        attended = bool(rng.random() < 0.9)
        pain = max(0.0, 5 - 0.5 * week + float(rng.normal(0, 0.7)))
        self.tables["fct_session"].append({
            "patient_key": episode["patient_key"], "session_key": f"{episode['episode_id']}-{week}",
            "episode_id": episode["episode_id"], "session_id": f"s{week}", "clinic": episode["clinic"],
            "therapist": episode["therapist"], "place": "home" if week % 3 == 2 else "clinic",
            "attended": attended, "missed_reason": None if attended else "illness", "started_at": at,
            "local_on": at.date(), "duration_min": 40.0 if attended else None,
            "quality": min(1.0, 0.6 + 0.04 * week) if attended else None, "red_flag": False,
            "pain_before": round(pain, 1), "pain_during": round(pain + 0.6, 1) if attended else None,
            "pain_after": round(pain + 0.2, 1) if attended else None, "pain_next_morning": round(pain, 1),
            "soreness": "none", "effusion_grade": None, "prescribed_reps": 30,
            "completed_reps": 28 if attended else 0, "correct_reps": 24 if attended else 0,
            "sources": ["therapist_form", "motion_sensor"],
        })  # fmt: skip


def _class_of(better: float | None, mdc: float | None, mcid: float | None) -> str:
    if better is None:
        return "unknown"
    if mdc is None:
        return "not_classified"
    if mcid is not None and better >= max(mcid, mdc):
        return "improved"
    if mcid is not None and better >= mcid:
        return "probable"
    if better >= mdc:
        return "detectable"
    return "deteriorated" if better <= -mdc else "unchanged"


def _dimensions() -> dict[str, list[dict[str, Any]]]:
    names = (
        "label",
        "construct",
        "domain",
        "unit",
        "direction",
        "low",
        "high",
        "patient_reported",
        "at_muscle",
    )
    measures = [
        {"measure": measure, **dict(zip(names, about, strict=False)), "licence": "free to use",
         "citation": "made up for tests", "registry_version": 1}
        for measure, about in MEASURES.items()
    ]  # fmt: skip
    thresholds = [
        {"row": f"{measure}.1", "measure": measure, "conditions": [], "device_class": None,
         "mdc": about[11], "mcid": about[12], "status": "verified", "citation": "made up for tests"}
        for measure, about in MEASURES.items()
    ]  # fmt: skip
    programs = [
        {"condition": cell[0], "muscle_group": group, "program": program,
         "techniques": ["therapeutic_exercise"],
         "goals": ["regain_strength"], "sessions_per_week": 1.0, "minutes_per_session": 40.0,
         "policy": "default_msk", "policy_version": 1, "n_episodes": cell[4] // 2}
        for cell in CELLS for group in cell[1] for program in (cell[2], cell[3])
    ]  # fmt: skip
    return {"dim_measure": measures, "dim_threshold": thresholds, "dim_program": programs}


def _compared() -> dict[str, list[dict[str, Any]]]:
    """Clinics compared at week 12: eight on neck disability (one thin, one far off), three on the back."""
    made = {
        ("ndi", "neck_pain"): [(40 + 30 * at, 0.3 * (at % 3 - 1)) for at in range(6)]
        + [(220, -3.5), (6, 2.0)],
        ("rmdq", "low_back_pain"): [(60, 0.4), (70, -0.2), (50, 0.1)],
    }
    names = (*CLINICS, "northgate", "eastgate", "westend", "meadow", "brook")
    rows: list[dict[str, Any]] = []
    for (measure, condition), told in made.items():
        known = [
            Clinic(name, int(n / 0.8), n, residual, 36.0)
            for name, (n, residual) in zip(names, told, strict=False)
        ]
        for whole in (condition, "all"):
            rows += [
                _clinic(measure, whole, *each) for each in zip(known, compare_clinics(known), strict=True)
            ]
    fits = [
        {"measure": measure, "method": "self_report", "device_class": "questionnaire", "horizon": "week_12",
         "aspect": "overall", "level": "all", "n": 900, "r_squared": 0.31, "slope": 0.98, "slope_low": 0.9,
         "slope_high": 1.06, "model_version": "case_mix.made_up"}
        for measure, _ in made
    ]  # fmt: skip
    return {"agg_clinic": rows, "agg_case_mix": fits}


def _clinic(measure: str, condition: str, clinic: Clinic, told: Compared) -> dict[str, Any]:
    residual = clinic.residual or 0.0
    return {
        "clinic": clinic.name, "condition": condition, "measure": measure, "method": "self_report",
        "device_class": "questionnaire", "horizon": "week_12", "label": MEASURES[measure][0],
        "domain": "function", "unit": "score", "n_started": clinic.started, "n_baseline": clinic.started,
        "n_measured": clinic.measured, "completeness": clinic.measured / clinic.started,
        "raw_mean": 7.0 + residual, "expected": 7.0, "residual": residual,
        "standard_error": told.standard_error, "shrunk": told.shrunk, "shrunk_low": told.low,
        "shrunk_high": told.high, "reliability": told.reliability,
        "n_for_reliable": None if told.people_needed is None else round(told.people_needed),
        "variance_within": told.within, "variance_between": told.between, "variance_added": told.added,
        "limit_95": told.inner, "limit_998": told.outer, "flag": told.flag, "gate": told.gate,
        "indicator_gate": told.indicator_gate,
    }  # fmt: skip


def _operations() -> dict[str, list[dict[str, Any]]]:
    days = [AS_OF.date() - timedelta(days=back) for back in range(14)]
    sources = {"therapist_form": 220, "dynamometer": 40, "motion_sensor": 160, "home_app": 300}
    source_days = []
    for place, (source, received) in enumerate(sources.items()):
        for spot, day in enumerate(days):
            rejected, duplicate = (spot + place) % 4, (spot * 3 + place) % 7
            total = received + 5 * (spot % 3)
            at = datetime(day.year, day.month, day.day, 5 - place, tzinfo=UTC)
            source_days.append({
                "source": source, "day": day, "received": total, "accepted": total - rejected - duplicate,
                "duplicate": duplicate, "rejected": rejected, "dropped": spot % 2, "last_received_at": at,
                "contract_version": 1,
            })  # fmt: skip
    rejections = [
        {"source": source, "code": code, "path": path, "n": n, "last_received_at": AS_OF,
         "sample_record_id": f"r-{source}-{n}", "sample_quarantine_ref": f"q-{n}"}
        for source, code, path, n in (
            ("home_app", "out_of_range", "$.pain", 9), ("home_app", "not_in_list", "$.soreness", 4),
            ("dynamometer", "unit_mismatch", "$.force_unit", 6),
            ("therapist_form", "missing_field", "$.value", 2),
        )
    ]  # fmt: skip
    quality = [
        {"check_id": check, "name": says, "category": category, "severity": severity, "mart": "lake.events",
         "passed": passed, "metric": metric, "allowed": 2.0, "observed": observed, "detail": detail,
         "query": f"SELECT * FROM lake.events -- {check}", "status": status, "since_release": since}
        for check, says, category, severity, passed, metric, observed, detail, status, since in (
            ("events.source", "Every event comes from a source that has a contract.", "conformance", "refuse",
             True, 0.0, "0 of 20,480 rows do not fit", "", "passed", ""),
            ("fct_outcome.value.possible", "A value is possible for its measure.", "conformance", "refuse",
             True, 0.0, "0 of 3,100 rows do not fit", "", "resolved", RELEASE),
            ("cadence", "Every source speaks as often as its contract declares.", "completeness", "warn",
             False, 2.3, "1 places, worst dynamometer: 2.30, at most 2", "dynamometer (2.3)", "new", RELEASE),
        )
    ]  # fmt: skip
    return {
        "ops_source_day": source_days, "ops_rejection": rejections, "ops_quality": quality,
        "ops_parity": [
            {"name": check, "compared": 412, "skipped": 3, "different": 0, "checked_at": AS_OF}
            for check in ("states", "facts")
        ],
        "ops_release": [{"release": RELEASE, "built_at": AS_OF + timedelta(minutes=4), "as_of": AS_OF,
                         "rules_version": "r1", "registry_version": 1, "offsets": "{}", "events": 20480,
                         "patients": 690}],
    }  # fmt: skip


_CLASSES = ", ".join(
    f"count(*) FILTER (due AND class = '{name}')::INT AS n_{name}"
    for name in (
        *("improved", "probable", "detectable", "unchanged", "deteriorated"),
        *("ineligible", "unknown", "not_classified"),
    )
)
_INTERVAL = """avg({0}) - 1.98 * stddev_samp({0}) / sqrt(count({0})) AS ci_low,
    avg({0}) + 1.98 * stddev_samp({0}) / sqrt(count({0})) AS ci_high"""
_CLASSIFIED = "'improved', 'probable', 'detectable', 'unchanged', 'deteriorated'"
AGGREGATES = {
    "fct_follow_up": f"""
        SELECT * EXCLUDE (due, baseline_at, follow_up_at, change, same_rater, threshold_row,
                registry_version, label, domain, unit, direction),
            strftime(time_zero, '%Y-%m') AS month,
            class IN ({_CLASSIFIED}) AND mdc IS NOT NULL AND mcid IS NOT NULL AS could_improve
        FROM fct_change WHERE due""",
    "dim_cell": """
        SELECT condition, muscle_group, measure, method, device_class, horizon, any_value(label) AS label,
            any_value(domain) AS domain, any_value(unit) AS unit, any_value(direction) AS direction,
            nullif(stddev_samp(baseline), 0) AS sd_baseline
        FROM fct_change WHERE due GROUP BY ALL""",
    "agg_outcomes": f"""
        SELECT condition, muscle_group, 'all' AS goal, coalesce(program, 'all') AS program, measure, method,
            device_class, horizon, 'all' AS month, any_value(label) AS label, any_value(domain) AS domain,
            any_value(unit) AS unit, any_value(direction) AS direction,
            count(*) FILTER (due)::INT AS n_started,
            count(baseline) FILTER (due)::INT AS n_baseline, count(follow_up) FILTER (due)::INT AS n_measured,
            count(follow_up) FILTER (due) / nullif(count(*) FILTER (due), 0) AS completeness,
            avg(baseline) AS mean_baseline, avg(improvement) AS mean_change,
            stddev_samp(improvement) AS sd_change, {_INTERVAL.format("improvement")},
            avg(improvement) / nullif(stddev_samp(baseline), 0) AS standardised_change, {_CLASSES}
        FROM fct_change GROUP BY GROUPING SETS (
            (condition, muscle_group, measure, method, device_class, horizon),
            (condition, muscle_group, measure, method, device_class, horizon, program))""",
    "agg_domain": f"""
        WITH spread AS (SELECT measure, method, device_class, stddev_samp(baseline) AS sd FROM fct_change
            WHERE horizon = 'latest' GROUP BY ALL),
        person AS (SELECT patient_key, condition, muscle_group, program, domain, horizon,
                avg(improvement / nullif(sd, 0)) AS gain, list(DISTINCT measure) AS used,
                bool_or(class = 'improved') AS better,
                bool_or(class IN ({_CLASSIFIED}) AND mcid IS NOT NULL) AS classified
            FROM fct_change JOIN spread USING (measure, method, device_class)
            WHERE due AND is_clinical GROUP BY ALL),
        every AS (SELECT patient_key, condition, 'all' AS muscle_group, program, domain, horizon,
                avg(gain) AS gain, flatten(list(used)) AS used, bool_or(better) AS better,
                bool_or(classified) AS classified FROM person GROUP BY ALL
            UNION ALL BY NAME SELECT * FROM person)
        SELECT coalesce(condition, 'all') AS condition, muscle_group, coalesce(program, 'all') AS program,
            domain, horizon, count(*)::INT AS n_people, avg(gain) AS standardised_change,
            {_INTERVAL.format("gain")}, count(gain)::INT AS n_measured,
            (count(*) FILTER (better))::INT AS n_improved,
            (count(*) FILTER (classified))::INT AS n_classified,
            count(*) FILTER (better) / nullif(count(*) FILTER (classified), 0) AS share_improved,
            list_sort(list_distinct(flatten(list(used)))) AS measures
        FROM every GROUP BY GROUPING SETS (
            (muscle_group, domain, horizon), (muscle_group, domain, horizon, condition),
            (muscle_group, domain, horizon, condition, program))""",
    "agg_clinic_month": f"""
        WITH person AS (SELECT patient_key, clinic, condition,
                strftime(any_value(time_zero), '%Y-%m') AS month,
                avg(improvement / nullif(mdc, 0)) / 2 AS gain, bool_or(follow_up IS NOT NULL) AS measured,
                bool_or(class = 'improved') AS better,
                bool_or(class IN ({_CLASSIFIED}) AND mcid IS NOT NULL) AS classified
            FROM fct_change WHERE is_clinical AND horizon = 'latest' AND due GROUP BY ALL)
        SELECT clinic, coalesce(condition, 'all') AS condition, month, count(*)::INT AS n_started,
            count(*)::INT AS n_baseline, (count(*) FILTER (measured))::INT AS n_measured,
            count(*) FILTER (measured) / count(*) AS completeness,
            (count(*) FILTER (classified))::INT AS n_classified,
            (count(*) FILTER (better))::INT AS n_improved,
            count(*) FILTER (better) / nullif(count(*) FILTER (classified), 0) AS share_improved,
            avg(gain) AS standardised_change, {_INTERVAL.format("gain")}
        FROM person GROUP BY GROUPING SETS ((clinic, month), (clinic, month, condition))""",
}
