"""Fictional cases in bulk: numbers from the series, parts, certificates, one event for each step."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases import events
from app.cases.domain.numbers import hash_query_code, number_in, series_of
from app.cases.domain.state import Cutoffs
from app.cases.loaded import shift_in
from app.cases.models import CaseFile, CaseMarker, CaseSeries, Milestone, StageEntry
from app.demo.walks import CaseWalk, Intake, rows_of, walk
from app.enterprises.models import Certificate
from app.journal.domain import PendingEvent, SubjectKey
from app.journal.service import record_many
from app.kit.actor import Actor
from app.kit.bulk import insert_numbered, insert_rows
from app.kit.clock import start_of_day
from app.kit.db import insert_into
from app.programmes.domain.definition import Programme
from app.programmes.models import ProgrammeRound
from app.programmes.queries import find_round, load_catalogue

#: The query code of the first demo cases, so that the public look-up can be tried out.
DEMO_QUERY_CODE = "DEMQ3479AC"
WITH_QUERY_CODE = 20
CERTIFICATION = "high-tech-enterprise"
#: Whoever stays below this ambition would fail the policy's score: no such case ends in a certificate.
CERTIFIABLE_FROM = 0.68
#: From which ambition on firms are led through a programme, and what share of them.
LED = {
    CERTIFICATION: (0.45, 0.85),
    "joint-innovation-centre": (0.84, 0.5),
    "technical-upgrade-cultivation": (0.68, 0.5),
}


def rounds_of(on: date) -> dict[str, Cutoffs]:
    """The demo's rounds of this year: one that is over, one whose cut-offs are near."""
    return {
        "demo-1": Cutoffs(on - timedelta(days=110), on - timedelta(days=80)),
        "demo-2": Cutoffs(on + timedelta(days=9), on + timedelta(days=30)),
    }


def announce_rounds(session: Session, on: date) -> None:
    """Put the demo's rounds into the catalogue, unless they are there."""
    for programme in load_catalogue(session).in_force(on).values():
        for index, (code, cutoffs) in enumerate(rounds_of(on).items()):
            if find_round(session, programme.code, on.year, code) is None:
                session.add(
                    ProgrammeRound(
                        programme_code=programme.code,
                        year=on.year,
                        code=code,
                        title_zh=f"{on.year} 年第{'一二'[index]}批（示例）",
                        title_en=f"{on.year}, batch {index + 1} (example)",
                        bureau_cutoff_on=cutoffs.bureau_on,
                        province_cutoff_on=cutoffs.province_on,
                        origin="bureau",
                        version=1,
                    )
                )


@dataclass(frozen=True)
class Candidate:
    """A firm that may be led through a programme; `has_scenes` says that cases of its own follow."""

    enterprise_id: int
    name: str
    region_code: str
    registered_on: date
    ambition: float
    certified_until: date | None = None
    has_scenes: bool = False


class CaseMaker:
    """Makes the cases of one batch after another; remembers serials, so that numbers are gapless."""

    def __init__(self, session: Session, random: Random, officers: Sequence[Actor], on: date) -> None:
        self._random = random
        self._officers = officers
        self._on = on
        self._serials: dict[str, int] = defaultdict(int)
        self._serials.update({row.series: row.last for row in session.scalars(select(CaseSeries))})
        self._made = sum(self._serials.values())
        self._query_code_hash = hash_query_code(DEMO_QUERY_CODE)  # the one code of all that have one

    def make(self, session: Session, firms: Iterable[Candidate]) -> int:
        """Write the cases of `firms`; returns how many."""
        programmes = list(load_catalogue(session).in_force(self._on).values())
        shift = shift_in(session)
        cached: dict[tuple[date, int], date] = {}

        def quick(day: date, days: int) -> date:
            if (day, days) not in cached:
                cached[(day, days)] = shift(day, days)
            return cached[(day, days)]

        walks = [
            (firm, *self._walk(programme, firm, quick))
            for firm in firms
            for programme in self._chosen(programmes, firm)
        ]
        self._write(session, walks)
        return len(walks)

    def _chosen(self, programmes: Sequence[Programme], firm: Candidate) -> list[Programme]:
        if firm.has_scenes or firm.registered_on > date(self._on.year - 1, 1, 1):  # no full year that could be told of
            return []
        return [
            programme
            for programme in programmes
            if (lead := LED.get(programme.code)) is not None
            and firm.ambition > lead[0]
            and self._random.random() < lead[1]
            and not (programme.code == CERTIFICATION and self._is_certified_beyond(firm))
        ]

    def _is_certified_beyond(self, firm: Candidate) -> bool:
        """Whether the firm holds a certificate that does not end this year: there is nothing to renew yet."""
        return firm.certified_until is not None and firm.certified_until.year > self._on.year

    def _round(self, opened_on: date) -> tuple[str | None, Cutoffs]:
        """The first round whose cut-off for the bureau is not past when the case is opened."""
        for code, cutoffs in rounds_of(self._on).items():
            if cutoffs.bureau_on and opened_on <= cutoffs.bureau_on:
                return code, cutoffs
        return None, Cutoffs()

    def _walk(self, programme: Programme, firm: Candidate, shift: Any) -> tuple[CaseWalk, str | None]:
        first = max(firm.registered_on, date(self._on.year, 1, 4), programme.effective_on)
        span = max(0, (self._on - first).days - 5)
        opened_on = min(self._on, first + timedelta(days=int(span * self._random.random() ** 1.6)))
        series = series_of(programme.bureau_mark, programme.mark, opened_on.year)
        self._serials[series] += 1
        number = number_in(series, self._serials[series])
        self._made += 1
        certifiable = programme.code != CERTIFICATION or firm.ambition > CERTIFIABLE_FROM
        intake = Intake(*self._round(opened_on), self._made, certifiable)
        return walk(self._random, programme, number, opened_on, self._on, shift, intake), intake.round

    def _write(self, session: Session, walks: Sequence[tuple[Candidate, CaseWalk, str | None]]) -> None:
        if not walks:
            return
        officers = [self._random.choice(self._officers) for _ in walks]
        rows = [
            self._row(firm, made, code, officer) for (firm, made, code), officer in zip(walks, officers, strict=True)
        ]
        ids = insert_numbered(session, CaseFile, rows)
        parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for (_firm, made, _code), case_id in zip(walks, ids, strict=True):
            for table, found in rows_of(made, case_id).items():
                parts[table].extend(found)
        for model in (StageEntry, CaseMarker, Milestone):
            insert_rows(session, model, parts[model.__tablename__])
        certificates = [_certificate(firm, made) for firm, made, _code in walks if made.certificate]
        insert_rows(session, Certificate, certificates)
        self._keep_serials(session)
        for (firm, made, _code), officer in zip(walks, officers, strict=True):
            record_many(session, _events(firm, made, officer))

    def _row(self, firm: Candidate, made: CaseWalk, code: str | None, officer: Actor) -> dict[str, Any]:
        state = made.snapshot
        tried_out = int(state.number.rpartition("-")[2]) <= WITH_QUERY_CODE
        return {
            "number": state.number,
            "enterprise_id": firm.enterprise_id,
            "programme_code": made.programme.code,
            "programme_version": made.programme.version,
            "year": state.year,
            "round": code,
            "officer_id": officer.id,
            "stage": state.stage,
            "stage_entered_on": state.stage_entered_on,
            "state": str(state.state),
            "opened_on": state.opened_on,
            "submitted_on": state.submitted_on,
            "closed_on": made.closed_on,
            "next_due_on": made.next_due_on,
            "query_code_hash": self._query_code_hash if tried_out else None,
            "version": state.version,
            "created_at": start_of_day(state.opened_on) + timedelta(hours=9),
            "updated_at": start_of_day(state.stage_entered_on) + timedelta(hours=10),
        }

    def _keep_serials(self, session: Session) -> None:
        for series, last in self._serials.items():
            statement = insert_into(session, CaseSeries).values(series=series, last=last)
            session.execute(statement.on_conflict_do_update(index_elements=["series"], set_={"last": last}))


def _certificate(firm: Candidate, made: CaseWalk) -> dict[str, Any]:
    certificate = made.certificate
    assert certificate is not None
    return {
        "enterprise_id": firm.enterprise_id,
        "kind": certificate.kind,
        "number": certificate.number,
        "issued_on": certificate.issued_on,
        "expires_on": certificate.expires_on,
        "case_number": made.snapshot.number,
    }


def _events(firm: Candidate, made: CaseWalk, officer: Actor) -> list[PendingEvent]:
    label = f"{firm.name} {made.programme.title.zh}"
    subject = SubjectKey("case", made.snapshot.number, label, firm.enterprise_id, firm.region_code)
    stage, _action, opened_on = made.entries[0]
    opened = {"number": (None, made.snapshot.number), "year": (None, made.snapshot.year), "stage": (None, stage)}
    found = [PendingEvent(officer, start_of_day(opened_on) + timedelta(hours=1), events.OPENED, subject, opened, {})]
    before = stage
    for step in made.steps:
        changes = {"stage": (before, step.stage.code)}
        at = start_of_day(step.on) + timedelta(hours=2)
        found.append(PendingEvent(officer, at, events.MOVED, subject, changes, {"action": step.action.code}))
        before = step.stage.code
    return found
