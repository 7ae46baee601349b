"""One patient of a cohort, unpacked, with the references that the clinic itself uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from ingest.simulator.cohort import AGES, CHRONICITIES, NEVER, PATTERNS, PAYERS, SEXES, Cohort
from ingest.simulator.truth import SEVERITIES, Cell, Clinic, Program


@dataclass(frozen=True)
class Person:
    """A patient in one episode. ``opened_on`` is the local day of the program's assignment."""

    reference: str
    position: int
    cell: Cell
    clinic: Clinic
    program: Program
    side: str
    severity: int
    chronicity: str
    age_band: str
    sex: str
    comorbidities: int | None
    prior_surgery: bool
    payer: str | None
    origin: str
    therapist: str
    opened_on: date
    days_left: int
    dropout: int
    pattern: str
    adherence: float
    uses_app: bool
    visit_days: tuple[int, ...]
    values: tuple[tuple[float, ...], ...]

    @property
    def episode(self) -> str:
        """The clinic's reference of the episode."""
        return f"{self.reference}-E1"

    @property
    def severity_name(self) -> str:
        """The word for the severity at time zero."""
        return SEVERITIES[self.severity]

    def at(self, day: int, minute: int) -> datetime:
        """Local time ``minute`` minutes after midnight, ``day`` days after the assignment."""
        on = self.opened_on + timedelta(days=day)
        return datetime.combine(on, time(minute // 60, minute % 60), tzinfo=zone(self.clinic.zone))

    def takes_part(self, day: int) -> bool:
        """Whether the patient is still in care on that day and the day lies within the run."""
        return day <= self.days_left and day < self.dropout


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone with that IANA name."""
    return ZoneInfo(name)


def utc(moment: datetime) -> datetime:
    """The same instant in UTC."""
    return moment.astimezone(UTC)


def people(
    cell: Cell, clinics: tuple[Clinic, ...], cohort: Cohort, first_day: date, days: int, first_number: int
) -> Iterator[Person]:
    """The cohort's patients one by one, numbered upwards from ``first_number``."""
    lists = {
        name: getattr(cohort, name).tolist()
        for name in ("clinic", "program", "side", "severity", "chronicity", "age", "sex", "comorbidities")
    }
    lists |= {
        name: getattr(cohort, name).tolist()
        for name in ("prior_surgery", "payer", "origin", "therapist", "enrolled", "dropout", "pattern")
    }
    adherence, visits = cohort.adherence.tolist(), cohort.visit_days.tolist()
    values = [array.tolist() for array in cohort.values]
    for index in range(len(cohort)):
        row = {name: column[index] for name, column in lists.items()}
        series = tuple(tuple(array[index]) for array in values)
        yield _person(
            cell, clinics, row, first_day, days, first_number + index, adherence[index], visits[index], series
        )


def _person(
    cell: Cell,
    clinics: tuple[Clinic, ...],
    row: dict[str, int],
    first_day: date,
    days: int,
    number: int,
    adherence: float,
    visits: list[int],
    values: tuple[tuple[float, ...], ...],
) -> Person:
    clinic = clinics[row["clinic"]]
    return Person(
        reference=f"{clinic.prefix}-{number:05d}",
        position=number,
        cell=cell,
        clinic=clinic,
        program=cell.programs[row["program"]],
        side=cell.sides[row["side"]],
        severity=row["severity"],
        chronicity=CHRONICITIES[row["chronicity"]],
        age_band=AGES[row["age"]],
        sex=SEXES[row["sex"]],
        comorbidities=None if number % 37 == 0 else row["comorbidities"],
        prior_surgery=bool(row["prior_surgery"]) or cell.condition == "post_surgical",
        payer=None if number % 29 == 0 else PAYERS[row["payer"]],
        origin=cell.origins[row["origin"]],
        therapist=f"{clinic.prefix}-T{row['therapist'] + 1:02d}",
        opened_on=first_day.fromordinal(first_day.toordinal() + row["enrolled"]),
        days_left=days - 1 - row["enrolled"],
        dropout=row["dropout"],
        pattern=PATTERNS[row["pattern"]],
        adherence=adherence,
        uses_app=number % 10 < 7,
        visit_days=tuple(visits),
        values=values,
    )


__all__ = ["NEVER", "Person", "people", "utc", "zone"]
