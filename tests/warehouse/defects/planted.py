"""Forty data defects, each with its magnitude and the check that should catch it.

Each is SQL on the landed tables of a simulated clinic. ``back_of`` counts days before the last one,
``clinic_of`` names a person's clinic, and ``chosen`` picks a share of the events by their ids.
"""

from dataclasses import dataclass

import duckdb

MACROS = """
CREATE OR REPLACE TEMP TABLE seen AS
    SELECT timezone('UTC', max(least(occurred_at, received_at)))::date AS today FROM lake.events;
CREATE OR REPLACE TEMP TABLE whose AS
    SELECT patient_key AS whom, any_value(clinic) AS where_treated
    FROM lake.events WHERE event_type = 'EpisodeOpened' GROUP BY patient_key;
CREATE OR REPLACE TEMP MACRO back_of(moment) AS
    date_diff('day', timezone('UTC', moment)::date, (SELECT today FROM seen));
CREATE OR REPLACE TEMP MACRO clinic_of(person) AS
    (SELECT any_value(where_treated) FROM whose WHERE whom = person);
CREATE OR REPLACE TEMP MACRO chosen(id, share) AS hash(id || 'defect') % 10000 < share * 10000;
"""
SETS, SESSIONS = "event_type = 'ExerciseSetRecorded'", "event_type = 'SessionRecorded'"
SYMPTOMS, VALUES = "event_type = 'SymptomReported'", "event_type = 'OutcomeMeasured'"
FORM, APP = "source = 'therapist_form'", "source = 'home_app'"


@dataclass(frozen=True)
class Defect:
    """What is wrong, how much of it, the check that should see it, and the SQL that plants it."""

    name: str
    magnitude: str
    check: str
    sql: str


def _lost(where: str) -> str:
    """The source never sent it, so no receipt speaks of it either."""
    gone = f"SELECT list(event_id) FROM lake.events WHERE {where}"
    return (
        f"DELETE FROM lake.receipts WHERE list_has_any(event_ids, ({gone}));"
        f"DELETE FROM lake.events WHERE {where}"
    )


def _changed(values: str, where: str) -> str:
    return f"UPDATE lake.events SET {values} WHERE {where}"


def _again(replaced: str, where: str) -> str:
    return f"INSERT INTO lake.events SELECT * REPLACE ({replaced}) FROM lake.events WHERE {where}"


def _at(clinic: str, days: int) -> str:
    return f"clinic_of(patient_key) = '{clinic}' AND back_of(occurred_at) <= {days}"


DEFECTS = (
    Defect(
        "a day of forms is lost", "95 % of the forms of one day", "volume_by_weekday",
        _lost(f"{FORM} AND back_of(occurred_at) = 9 AND chosen(event_id, 0.95)"),
    ),
    Defect(
        "a clinic's sensor sends a third",
        "75 % of a clinic's sets lost for two weeks", "volume_by_clinic_fortnight",
        _lost(f"{SETS} AND {_at('harbour', 14)} AND chosen(event_id, 0.75)"),
    ),
    Defect(
        "a sensor falls silent", "no set for 3 days, where the contract declares one a day", "cadence",
        _lost(f"{SETS} AND back_of(occurred_at) <= 2"),
    ),
    Defect(
        "sets are told twice", "5 % of the sets again under another name", "told_twice",
        _again("md5(event_id || 'again') AS event_id", f"{SETS} AND chosen(event_id, 0.05)"),
    ),
    Defect(
        "one clinic's app falls silent", "nothing for 9 days from one clinic of three", "clinic_falls_silent",
        _lost(f"{APP} AND {_at('hillcrest', 8)}"),
    ),
    Defect(
        "pain is left away", "30 % of a clinic's symptom forms for two weeks", "missing_field",
        _changed(
            "pain = NULL", f"{SYMPTOMS} AND {FORM} AND {_at('riverside', 14)} AND chosen(event_id, 0.3)"
        ),
    ),
    Defect(
        "a sensor jumps", "5 % of a clinic's speeds for four weeks, +400 degrees/s", "outliers",
        _changed(
            "peak_speed_deg_s = peak_speed_deg_s + 400",
            f"{SETS} AND {_at('hillcrest', 28)} AND chosen(event_id, 0.05)",
        ),
    ),
    Defect(
        "sessions are not named", "35 % of a clinic's app reports for two weeks", "missing_field",
        _changed("session_id = NULL", f"{APP} AND {_at('harbour', 14)} AND chosen(event_id, 0.35)"),
    ),
    Defect(
        "a day without quality", "all of one day's sessions in the clinics", "missing_field_day",
        _changed("quality = NULL", f"{SESSIONS} AND {FORM} AND back_of(occurred_at) = 6"),
    ),
    Defect(
        "mornings are not asked about", "40 % of a clinic's mornings for two weeks", "reports_per_session",
        _lost(
            f"{SYMPTOMS} AND phase = 'next_morning' AND {_at('riverside', 15)} AND chosen(event_id, 0.4)"
        ),
    ),
    Defect(
        "everybody's phone is one person's", "all reports of one day", "one_person_too_much",
        _changed(
            f"patient_key = (SELECT min(patient_key) FROM lake.events WHERE {APP})",
            f"{APP} AND back_of(occurred_at) = 8",
        ),
    ),
    Defect(
        "people are not measured again", "70 % of a clinic's values for four weeks", "measured_again",
        _lost(f"{VALUES} AND {_at('harbour', 28)} AND chosen(event_id, 0.7)"),
    ),
    Defect(
        "accepted events did not land", "a week of one partition of eight", "unlanded",
        "DELETE FROM lake.events WHERE back_of(received_at) BETWEEN 1 AND 7 AND chosen(patient_key, 0.125)",
    ),
    Defect(
        "openings are missing", "4 % of all episodes", "orphans",
        _lost("event_type = 'EpisodeOpened' AND chosen(patient_key, 0.04)"),
    ),
    Defect(
        "a delivery comes late", "4 days of sets arrive together, up to 5 days late", "lateness",
        _changed(
            "received_at = (SELECT today - 4 FROM seen)::timestamptz + interval 12 hours",
            f"{SETS} AND back_of(occurred_at) BETWEEN 5 AND 8",
        ),
    ),
    Defect(
        "some events come days late", "15 % of a clinic's sets for four weeks, 3 days late", "late_share",
        _changed(
            "received_at = received_at + interval 3 days",
            f"{SETS} AND {_at('harbour', 28)} AND back_of(occurred_at) > 3 AND chosen(event_id, 0.15)",
        ),
    ),
    Defect(
        "a day is sent again", "all of one day's app records", "duplicates_burst",
        """INSERT INTO lake.receipts SELECT * REPLACE (md5(record_id) AS record_id, 'duplicate' AS verdict)
        FROM lake.receipts WHERE source = 'home_app' AND back_of(received_at) = 5""",
    ),
    Defect(
        "the door refuses a changed sender", "20 % of one day's forms", "rejections_burst",
        """UPDATE lake.receipts SET verdict = 'rejected', event_ids = []
        WHERE source = 'therapist_form' AND back_of(received_at) = 3 AND chosen(record_id, 0.2)""",
    ),
    Defect(
        "a word that nobody declared", "0.1 % of the sets", "motion_sensor.ExerciseSetRecorded.place",
        _changed("place = 'gym'", f"{SETS} AND chosen(event_id, 0.001)"),
    ),
    Defect(
        "pain of 0 to 100", "0.2 % of the symptom forms", "therapist_form.SymptomReported.pain",
        _changed("pain = 10 * pain + 11", f"{SYMPTOMS} AND {FORM} AND chosen(event_id, 0.002)"),
    ),
    Defect(
        "percent in place of a share", "0.5 % of the sessions", "therapist_form.SessionRecorded.quality",
        _changed("quality = 100 * quality", f"{SESSIONS} AND {FORM} AND chosen(event_id, 0.005)"),
    ),
    Defect(
        "a report without its phase", "0.1 % of the reports", "events.SymptomReported.required",
        _changed("phase = NULL", f"{SYMPTOMS} AND chosen(event_id, 0.001)"),
    ),
    Defect(
        "a source without a contract", "0.1 % of the events", "events.source",
        _changed("source = 'spreadsheet'", "chosen(event_id, 0.001)"),
    ),
    Defect(
        "one name, two contents", "0.1 % of the values, again today", "same_name_other_content",
        _again(
            "value + 1 AS value, (SELECT max(received_at) FROM lake.events) AS received_at",
            f"{VALUES} AND chosen(event_id, 0.001)",
        ),
    ),
    Defect(
        "a dynamometer is calibrated anew", "+15 % at one clinic for four weeks", "recalibration",
        _changed("value = 1.15 * value", f"{VALUES} AND source = 'dynamometer' AND {_at('harbour', 28)}"),
    ),
    Defect(
        "a grip dynamometer's spring tires", "-15 % at one clinic for five weeks", "recalibration",
        _changed(
            "value = 0.85 * value", f"{VALUES} AND measure = 'grip_strength' AND {_at('riverside', 35)}"
        ),
    ),
    Defect(
        "an inclinometer is set off its zero", "+12 degrees at one clinic for five weeks", "recalibration",
        _changed(
            "value = value + 12", f"{VALUES} AND measure = 'range_of_motion' AND {_at('hillcrest', 35)}"
        ),
    ),
    Defect(
        "pounds taken for newtons", "20 % of a clinic's forces for six weeks, / 4.448", "unit_mixup",
        _changed(
            "value = value / 4.4482",
            f"{VALUES} AND source = 'dynamometer' AND {_at('harbour', 42)} AND chosen(event_id, 0.2)",
        ),
    ),
    Defect(
        "pounds taken for kilograms", "20 % of a clinic's grips for six weeks, x 2.2046", "unit_mixup",
        _changed(
            "value = 2.2046 * value",
            f"{VALUES} AND measure = 'grip_strength' AND {_at('riverside', 42)} AND chosen(event_id, 0.2)",
        ),
    ),
    Defect(
        "loads in pounds", "all of a clinic's loads for four weeks, x 2.2046", "scale_mixup",
        _changed("load_kg = 2.2046 * load_kg", f"{SETS} AND {_at('hillcrest', 28)}"),
    ),
    Defect(
        "left and right are swapped", "10 % of a clinic's sets for six weeks", "side_swapped",
        _changed(
            "side = CASE side WHEN 'left' THEN 'right' ELSE 'left' END",
            f"{SETS} AND side IN ('left', 'right') AND {_at('harbour', 42)} AND chosen(event_id, 0.1)",
        ),
    ),
    Defect(
        "local time taken for UTC", "a clinic's sets shifted by 2 hours for three weeks", "time_of_day",
        _changed("occurred_at = occurred_at - interval 2 hours", f"{SETS} AND {_at('riverside', 21)}"),
    ),
    Defect(
        "phones' clocks run ahead", "3 % of the app's reports, 2 hours", "from_the_future",
        _changed("received_at = occurred_at - interval 2 hours", f"{APP} AND chosen(event_id, 0.03)"),
    ),
    Defect(
        "a slider stays where it was",
        "pain 3.0 in half of a clinic's app reports for two weeks", "stuck_value",
        _changed("pain = 3.0", f"{SYMPTOMS} AND {APP} AND {_at('harbour', 14)} AND chosen(event_id, 0.5)"),
    ),
    Defect(
        "a sensor is stuck for a day", "every range of a day is the same", "stuck_day",
        _changed(
            "range_deg = 61.3",
            f"{SETS} AND back_of(occurred_at) = 7",
        ),
    ),
    Defect(
        "forces are rounded", "to 10 N at one clinic for four weeks", "digit_preference",
        _changed(
            "value = 10 * round(value / 10)",
            f"{VALUES} AND source = 'dynamometer' AND {_at('riverside', 28)}",
        ),
    ),
    Defect(
        "the last score is copied", "60 % of a clinic's LEFS for six weeks", "copied_forward",
        f"""UPDATE lake.events AS e SET value = b.before FROM (
            SELECT event_id, lag(value) OVER (PARTITION BY patient_key ORDER BY occurred_at) AS before
            FROM lake.events WHERE measure = 'lefs'
        ) AS b WHERE e.event_id = b.event_id AND b.before IS NOT NULL AND {_at('riverside', 42)}
            AND chosen(e.event_id, 0.6)""",
    ),
    Defect(
        "the app asks about pain in other words", "+1 of 10 for four weeks", "distribution_drift",
        _changed("pain = least(10, pain + 1)", f"{SYMPTOMS} AND {APP} AND back_of(occurred_at) <= 28"),
    ),
    Defect(
        "a muscle group is filled in by default", "40 % of a clinic's sets for four weeks", "words_shift",
        _changed(
            "muscle_group = 'quadriceps'", f"{SETS} AND {_at('harbour', 28)} AND chosen(event_id, 0.4)"
        ),
    ),
    Defect(
        "sessions go on after the end",
        "4 % of the sessions of closed episodes, 5 days after closing", "impossible_order",
        f"""UPDATE lake.events AS e SET occurred_at = c.closed_at + interval 5 days FROM (
            SELECT patient_key, max(occurred_at) AS closed_at FROM lake.events
            WHERE event_type = 'EpisodeClosed' GROUP BY patient_key
        ) AS c WHERE e.patient_key = c.patient_key AND e.{SESSIONS} AND chosen(e.event_id, 0.04)""",
    ),
)  # fmt: skip


def plant(connection: duckdb.DuckDBPyConnection, defect: Defect) -> int:
    """Plant a defect; how many rows it changed."""
    (changed,) = connection.execute(defect.sql).fetchone() or (0,)
    return int(changed)
