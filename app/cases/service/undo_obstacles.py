"""What stands in the way of taking a step back: whatever was built upon it since, in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from app.cases.domain.state import CaseState
from app.cases.duties.models import CaseDuty
from app.cases.loaded import LoadedCase
from app.cases.models import CaseFile, ClassTwoUse, StageEntry
from app.cases.oversight.models import ServiceRating
from app.cases.supply.models import CorrectionItem
from app.cases.traces import Traces
from app.enterprises.models import Certificate
from app.kit.db import composition_of
from app.kit.i18n import _
from app.kit.slices import Port


@dataclass(frozen=True)
class UndoneStep:
    """The step to be taken back: the case's number, what it came to count as, and the certificate it gave (its id)."""

    number: str
    markers: tuple[str, ...]
    certificate: int | None


#: Why a step cannot be taken back, in the reader's language.
Obstacle = Callable[[Session, UndoneStep], list[str]]
#: Upper slices say what they have built upon a step.
OBSTACLES: Port[Obstacle] = Port("obstacle to taking a step back", Callable)


def obstacles(case: LoadedCase, entry: StageEntry, traces: Traces) -> list[str]:
    """Everything that stands in the way of taking back the step of `entry`."""
    found = [*_milestones(case, traces), *_duties(case, traces), *_corrections(case, entry, traces)]
    found += [*_certificate(case, traces), *_rights(case, traces), *_rival(case, traces), *_rating(case)]
    step = UndoneStep(case.row.number, tuple(traces.markers), traces.certificate)
    others = composition_of(case.session).of(OBSTACLES)
    return found + [reason for obstacle in others for reason in obstacle(case.session, step)]


def _milestones(case: LoadedCase, traces: Traces) -> Iterator[str]:
    for row in case.milestones:
        if row.id in traces.milestones_made and row.done_on is not None:
            yield _("节点“%(title)s”已登记完成") % {"title": row.title_zh}


def _duties(case: LoadedCase, traces: Traces) -> Iterator[str]:
    rows = case.session.scalars(select(CaseDuty).where(CaseDuty.id.in_(traces.duties_made)))
    for row in rows:
        if row.version > 1:
            yield _("“%(title)s”（%(period)s）已有填报或处理") % {"title": row.title_zh, "period": row.period}


def _corrections(case: LoadedCase, entry: StageEntry, traces: Traces) -> Iterator[str]:
    """What a step that sends back asked for goes with it; what was answered, or asked since, stays."""
    rows = case.session.scalars(select(CorrectionItem).where(CorrectionItem.case_id == case.row.id)).all()
    if any(row.id in traces.corrections_asked and row.answered_at is not None for row in rows):
        yield _("企业已答复补正事项")
    elif any(row.id not in traces.corrections_asked and entry.at and row.asked_at > entry.at for row in rows):
        yield _("此后已提出补正事项")


def _certificate(case: LoadedCase, traces: Traces) -> Iterator[str]:
    if traces.certificate is None:
        return
    row = case.session.get(Certificate, traces.certificate)
    if row is None or row.case_number != case.row.number:
        yield _("所发证书已在企业记录中改动")
    elif row.revoked_on is not None:
        yield _("所发证书已撤销")


def _rights(case: LoadedCase, traces: Traces) -> Iterator[str]:
    mine, other = aliased(ClassTwoUse), aliased(ClassTwoUse)
    statement = (
        select(CaseFile.number)
        .join(other, and_(other.case_id == CaseFile.id, other.released_on.is_(None)))
        .where(exists().where(and_(mine.id.in_(traces.rights_released), mine.ip_id == other.ip_id)))
    )
    for number in case.session.scalars(statement.order_by(CaseFile.number)):
        yield _("释放的Ⅱ类知识产权已用于 %(number)s") % {"number": number}


def _rival(case: LoadedCase, traces: Traces) -> Iterator[str]:
    """Only one case of a firm, programme and year may be open."""
    if case.row.state == CaseState.OPEN or traces.case["state"] != CaseState.OPEN:
        return
    row = case.row
    number = case.session.scalar(
        select(CaseFile.number).where(
            CaseFile.enterprise_id == row.enterprise_id,
            CaseFile.programme_code == row.programme_code,
            CaseFile.year == row.year,
            CaseFile.state == CaseState.OPEN,
        )
    )
    if number:
        yield _("该企业同年度已另立 %(number)s") % {"number": number}


def _rating(case: LoadedCase) -> Iterator[str]:
    if case.session.get(ServiceRating, case.row.id) is not None:
        yield _("企业已评价本次服务")
