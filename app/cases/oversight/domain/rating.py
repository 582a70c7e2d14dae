"""What a firm may say of the service: five grades and four aspects, once, when its case is finished.

Source: GB/T 39735-2020 政务服务评价工作指南 (the five grades of 好差评).
"""

from app.cases.domain.state import CaseState
from app.kit.errors import Conflict
from app.kit.i18n import N_, _

#: From the best to the worst, in the order in which they are offered.
GRADES: dict[int, str] = {5: N_("非常满意"), 4: N_("满意"), 3: N_("基本满意"), 2: N_("不满意"), 1: N_("非常不满意")}
ASPECTS: dict[str, str] = {
    "efficiency": N_("办事效率"),
    "guide": N_("办事指南精确度"),
    "convenience": N_("便捷度"),
    "platform": N_("平台操作性"),
}
BAD = 2
"""Grades up to this one are followed up by the section head."""


def is_bad(grade: int) -> bool:
    """Whether a grade is to be followed up: 不满意 or 非常不满意."""
    return grade <= BAD


def decide_rate(state: str, *, rated: bool) -> None:
    """Raise `Conflict` unless a case in this state may be rated now: it is over, not withdrawn, and was not rated yet."""
    if state == CaseState.OPEN:
        raise Conflict("case.rating.early", _("该件还在办理，办结后才能评价。"))
    if state == CaseState.WITHDRAWN:
        raise Conflict("case.rating.withdrawn", _("该件已撤回，不评价。"))
    if rated:
        raise Conflict("case.rating.twice", _("该件已经评价过，每件只评价一次。感谢您的意见。"))


def may_rate(state: str, *, rated: bool) -> bool:
    """Whether `decide_rate` lets it pass."""
    return state in (CaseState.FINISHED, CaseState.REJECTED) and not rated
