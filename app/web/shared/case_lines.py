"""What several pages of casework show alike: one line of a case, its stage, its next day, its officer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.queries import officer_names
from app.cases.domain.state import CaseState
from app.cases.models import CaseFile
from app.enterprises.queries import gone_words
from app.kit.i18n import N_, _, ngettext
from app.programmes.domain.definition import Programme
from app.programmes.queries import Catalogue

STATES = {
    CaseState.OPEN: N_("在办"),
    CaseState.FINISHED: N_("已办结"),
    CaseState.WITHDRAWN: N_("已撤回"),
    CaseState.REJECTED: N_("未通过"),
}
_LOOKS = {
    CaseState.OPEN: "info",
    CaseState.FINISHED: "good",
    CaseState.WITHDRAWN: "idle",
    CaseState.REJECTED: "late",
}
SOON_DAYS = 7

Badge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list, on the board or beside a firm, on the day `on`; what is not shown of it is not worked out.

    `gone`: in which state its firm is, and since when, if it is gone.
    """

    case: CaseFile
    version: Programme
    officer: str
    on: date
    gone: str

    @property
    def number(self) -> str:
        """Its number."""
        return self.case.number

    @property
    def url(self) -> str:
        """Its page."""
        return f"/cases/{self.case.number}"

    @property
    def firm(self) -> str:
        """The firm's name."""
        return self.case.enterprise.name

    @property
    def uscc(self) -> str:
        """The firm's code."""
        return self.case.enterprise.uscc

    @property
    def programme(self) -> str:
        """The programme's title."""
        return str(self.version.title)

    @property
    def year(self) -> int:
        """The year it counts for."""
        return self.case.year

    @property
    def round(self) -> str:
        """Its round of intake."""
        return self.case.round or ""

    @property
    def stage(self) -> str:
        """The stage it stands in."""
        return str(self.version.stage(self.case.stage).name)

    @property
    def state(self) -> Badge:
        """The same as a badge."""
        return _LOOKS[CaseState(self.case.state)], self.stage

    @property
    def due(self) -> Badge | None:
        """The next day of an open case."""
        return due_badge(self.case.next_due_on, self.on) if self.case.state == CaseState.OPEN else None

    @property
    def stage_entered_on(self) -> date:
        """Since when it has stood there."""
        return self.case.stage_entered_on

    @property
    def in_stage(self) -> str:
        """For how long."""
        return _in_stage(self.case, self.on)


def case_lines(session: Session, catalogue: Catalogue, cases: Sequence[CaseFile], on: date) -> list[CaseLine]:
    """The lines of `cases`; one query for the officers' names."""
    names = officer_names(session, {case.officer_id for case in cases if case.officer_id is not None})
    return [
        CaseLine(
            case,
            catalogue.get(case.programme_code, case.programme_version),
            names.get(case.officer_id, "") if case.officer_id else "",
            on,
            gone_words(session, case.enterprise),
        )
        for case in cases
    ]


def _in_stage(case: CaseFile, on: date) -> str:
    """How long an open case has stood in its stage, in calendar days; empty for a closed one."""
    if case.state != CaseState.OPEN:
        return ""
    days = max((on - case.stage_entered_on).days, 0)
    return ngettext("在本阶段 %(n)s 天", "在本阶段 %(n)s 天", days) % {"n": days} if days else _("今天进入本阶段")


def due_badge(due_on: date | None, on: date) -> Badge | None:
    """A day on which something is due, with what that means today."""
    if due_on is None:
        return None
    days = (due_on - on).days
    text = short_day(due_on, on)
    if days < 0:
        late = ngettext("已逾期 %(n)s 天", "已逾期 %(n)s 天", -days) % {"n": -days}
        return "late", _("%(day)s，%(late)s") % {"day": text, "late": late}
    if days == 0:
        return "wait", _("%(day)s，今天到期") % {"day": text}
    return ("wait" if days <= SOON_DAYS else "idle"), text


def short_day(day: date, on: date) -> str:
    """`10-08` in the present year, `2022-10-08` in another."""
    return day.strftime("%m-%d") if day.year == on.year else day.isoformat()


def state_text(state: str) -> str:
    """A case's state in words."""
    return _(STATES[CaseState(state)])
