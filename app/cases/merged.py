"""What becomes of cases when two firms are one: all follow with their numbers; of two open ones of a programme and year one goes on."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.cases import events
from app.cases.domain.state import CaseState
from app.cases.loaded import subject_of
from app.cases.models import CaseFile, ClassTwoUse
from app.cases.past_cases.events import CROSSED
from app.cases.past_cases.models import PastCase
from app.cases.schemas import TakeStep
from app.cases.service.moving import take_step
from app.enterprises.belongings import Belonging, Crossing, Row, Settling
from app.enterprises.merges.own import tells_keyed
from app.enterprises.models import IntellectualProperty
from app.journal.domain import PendingEvent
from app.kit.errors import Conflict
from app.kit.i18n import N_, _
from app.programmes.queries import get_version


def _both_open(mine: Row, other: Row) -> bool:
    """One firm has one open case in a programme and year."""
    return (mine["state"], mine["programme_code"], mine["year"]) == (
        CaseState.OPEN,
        other["programme_code"],
        other["year"],
    ) and other["state"] == CaseState.OPEN


def _withdraw(settling: Settling) -> None:
    """The case that yields is withdrawn, by the step of its own programme. Raises `Conflict` where that knows none from its stage."""
    case, session = settling.yields, settling.session
    programme = get_version(session, case["programme_code"], case["programme_version"])
    ends = {stage.code for stage in programme.stages if stage.outcome == "withdrawn"}
    for action in programme.actions_from(case["stage"]):
        if action.to in ends:
            command = TakeStep(action=action.code, version=case["version"], reason=settling.reason)
            take_step(session, actor=settling.actor, now=settling.now, number=case["number"], command=command)
            return
    raise Conflict(
        "merge.case_cannot_end",
        _("办件 %(number)s 在当前阶段不能撤回，请先办结其中一件再合并。") % {"number": case["number"]},
    )


def _tell(crossing: Crossing) -> Iterable[PendingEvent]:
    ids = [row["id"] for row, _gone in crossing.all]
    for case in crossing.session.scalars(select(CaseFile).where(CaseFile.id.in_(ids)).order_by(CaseFile.id)):
        programme = get_version(crossing.session, case.programme_code, case.programme_version)
        subject = subject_of(case, crossing.firm, programme)
        yield PendingEvent(crossing.actor, crossing.now, events.CROSSED, subject, {}, crossing.data(gone=False))


def rights_used_twice(session: Session, survivor_id: int, loser_id: int) -> list[str]:
    """A right of class II serves one application only: where both firms have the same one in use, one must be released first."""
    mine, other = aliased(IntellectualProperty), aliased(IntellectualProperty)
    my_use, other_use = aliased(ClassTwoUse), aliased(ClassTwoUse)
    statement = (
        select(mine.number)
        .join(other, (other.kind_code == mine.kind_code) & (other.number == mine.number))
        .join(my_use, my_use.ip_id == mine.id)
        .join(other_use, other_use.ip_id == other.id)
        .where(
            mine.enterprise_id == survivor_id,
            other.enterprise_id == loser_id,
            my_use.released_on.is_(None),
            other_use.released_on.is_(None),
        )
    )
    return [
        _("Ⅱ类知识产权 %(number)s 在两家各有一件申报中使用，只能用于一次申报，请先在其中一件中改选")
        % {"number": number}
        for number in session.scalars(statement)
    ]


BELONGINGS = (
    Belonging(
        CaseFile,
        N_("办件"),
        meets=_both_open,
        settle=_withdraw,
        name=lambda row: str(row["number"]),
        tells=_tell,
        remark=N_("编号不变"),
    ),
    Belonging(
        PastCase,
        N_("历年申报"),
        same=("programme_code", "year", "round"),
        name=lambda row: f"{row['year']} {row['programme_code']} {row['round']}".strip(),
        tells=tells_keyed(CROSSED, "programme_code", "year", "round"),
    ),
)
