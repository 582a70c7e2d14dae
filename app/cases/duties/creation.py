"""Duties come into being by entering a stage, and lapse with the case when the stage that made them is left for good."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.duties.domain import Occasion, PlannedDuty, find_template, plan_duties
from app.cases.duties.models import CaseDuty
from app.cases.loaded import LoadedCase
from app.cases.traces import Traces
from app.programmes.domain.definition import Stage
from app.programmes.settings import settings_in_force


def keep_duties(case: LoadedCase, stage: Stage, on: date, expires_on: date | None, traces: Traces) -> None:
    """Write the duties that entering `stage` brings about; a final one lets go those of the stages before it."""
    if not case.programme.duties:
        return
    present = list_duties(case.session, case.row.id)
    if stage.is_final:
        traces.duties_lapsed += [row.id for row in _lapse(case, present, on)]
    known = {(row.code, row.period) for row in present}
    occasion = Occasion(on, expires_on, duty_settings(case.session, case.row.programme_code, on))
    planned = plan_duties(case.programme, stage.code, occasion)
    made = add_duties(case, [duty for duty in planned if (duty.code, duty.period) not in known])
    traces.duties_made += [row.id for row in made]


def add_duties(case: LoadedCase, planned: Iterable[PlannedDuty]) -> list[CaseDuty]:
    """The rows of planned duties, written."""
    rows = [
        CaseDuty(
            case_id=case.row.id,
            code=duty.code,
            period=duty.period,
            by=duty.by,
            title_zh=duty.title.zh,
            title_en=duty.title.en,
            opens_on=duty.opens_on,
            due_on=duty.due_on,
            version=1,
        )
        for duty in planned
    ]
    case.session.add_all(rows)
    case.session.flush()
    return rows


def list_duties(session: Session, case_id: int) -> list[CaseDuty]:
    """The duties of a case, those due first before the others."""
    rows = session.scalars(select(CaseDuty).where(CaseDuty.case_id == case_id)).all()
    return sorted(rows, key=lambda row: (row.due_on or date.max, row.opens_on, row.id))


def duty_settings(session: Session, programme: str, on: date) -> dict[str, str]:
    """What the bureau has set for the duties of a programme, by their codes."""
    in_force = settings_in_force(session, programme, on)
    return {key: row.value for (kind, key), row in in_force.items() if kind == "duty"}


def _lapse(case: LoadedCase, rows: Iterable[CaseDuty], on: date) -> list[CaseDuty]:
    """What a stage before the end brought about and is not due yet ends with the case; what is missed stays missed."""
    lapsed = []
    for row in rows:
        template = find_template(case.programme, row.code)
        during = template is not None and not case.programme.stage(template.made_at).is_final
        waits = row.done_on is None and row.waived_on is None and (row.due_on is None or row.due_on >= on)
        if during and waits:
            row.waived_on = on
            lapsed.append(row)
    return lapsed
