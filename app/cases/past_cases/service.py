"""Writing applications of earlier years by hand."""

from app.cases.past_cases.fields import PAST_CASE, RESULT
from app.cases.past_cases.models import PastCase
from app.cases.past_cases.schemas import PastCaseInput
from app.enterprises.service.checking import check_terms
from app.enterprises.service.parts import Part, PartChange, add_part, change_part
from app.kit.clock import today
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.programmes.queries import load_catalogue

PART = Part(PAST_CASE, PastCase, lambda row: f"{row.year} {row.programme_code}")


def put_past_case(desk: PartChange, given: PastCaseInput, row: PastCase | None = None) -> PastCase:
    """Add or change one. Raises `Invalid` for an unknown programme or result, a year or day to come, `Conflict` for a second one of
    the same programme, year and round.
    """
    _check(desk, given)
    if row is None:
        return add_part(desk, PART, given.values())
    change_part(desk, PART, row, given.values(), given.seen)
    return row


def _check(desk: PartChange, given: PastCaseInput) -> None:
    values, day = given.values(), today(desk.now)
    check_terms(desk.session, result=(RESULT, values["result"]))
    problems: dict[str, str] = {}
    if values["programme_code"] not in load_catalogue(desk.session).known():
        problems["programme_code"] = _("请从列表中选择。")
    if values["year"] > day.year:
        problems["year"] = _("该年度尚未开始。")
    if values["decided_on"] is not None and values["decided_on"] > day:
        problems["decided_on"] = _("日期不能晚于今天。")
    if problems:
        raise Invalid("past_case.unfit", _("有 %(n)s 项填写有误。") % {"n": len(problems)}, problems)
