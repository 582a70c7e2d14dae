"""What a fictional firm owes after its cases were decided, done on its day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from io import BytesIO

from sqlalchemy import select

from app.cases.duties.domain import find_template
from app.cases.duties.models import CaseDuty
from app.cases.duties.schemas import DoneDuty
from app.cases.duties.service import do_duty
from app.cases.models import CaseFile
from app.demo.handled import CaseHandlers
from app.demo.supplied import example_answer, example_paper
from app.enterprises.models import Enterprise
from app.files.schemas import DocumentInput
from app.files.service.documents import put_on_file
from app.files.vault import Upload
from app.kit.clock import start_of_day, today
from app.programmes.domain.definition import DutyTemplate
from app.programmes.queries import get_version

#: A duty without a day is done so long after it opened; one with a day so long before.
AFTER, AHEAD = timedelta(days=85), timedelta(days=12)


def keep_duties_up(desk: CaseHandlers, enterprise: Enterprise, now: datetime) -> None:
    """Do each duty of the firm's cases whose day has come, by whoever owes it."""
    owed = (
        select(CaseDuty, CaseFile)
        .join(CaseFile, CaseFile.id == CaseDuty.case_id)
        .where(CaseFile.enterprise_id == enterprise.id, CaseDuty.done_on.is_(None), CaseDuty.waived_on.is_(None))
        .order_by(CaseDuty.opens_on, CaseDuty.id)
    )
    for duty, case in desk.session.execute(owed).all():
        on = _done_on(duty)
        template = find_template(get_version(desk.session, case.programme_code, case.programme_version), duty.code)
        if template is not None and on <= today(now):
            _do(desk, enterprise, case, duty, template, on)


def _done_on(duty: CaseDuty) -> date:
    return duty.opens_on + AFTER if duty.due_on is None else max(duty.opens_on, duty.due_on - AHEAD)


def _do(
    desk: CaseHandlers, enterprise: Enterprise, case: CaseFile, duty: CaseDuty, template: DutyTemplate, on: date
) -> None:
    at = start_of_day(on) + timedelta(hours=10)
    values: Mapping[str, str] = {field.code: example_answer(field, on, case.id) for field in template.fields}
    command = DoneDuty(
        version=duty.version,
        values=dict(values),
        documents=[_paper(desk, enterprise, kind, duty, at) for kind in template.documents],
        note="虚构示例数据",
    )
    actor = desk.firm if duty.by == "enterprise" else desk.officer
    do_duty(desk.session, actor=actor, now=at, number=case.number, duty_id=duty.id, command=command)


def _paper(desk: CaseHandlers, enterprise: Enterprise, kind: str, duty: CaseDuty, at: datetime) -> int:
    title = f"{duty.title_zh} {duty.period}（示例）"
    document = put_on_file(
        desk.session,
        desk.vault,
        actor=desk.firm,
        enterprise=enterprise,
        upload=Upload(BytesIO(example_paper(f"{kind} {duty.code} {duty.period}")), f"{kind}.pdf"),
        given=DocumentInput(kind=kind, title=title, year=today(at).year - 1),
        now=at,
    )
    return document.id
