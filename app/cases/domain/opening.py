"""May a case be opened, and what does it begin with?"""

from dataclasses import dataclass
from datetime import date

from app.cases.domain.milestones import PlannedMilestone, plan
from app.cases.domain.state import Cutoffs
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import _
from app.programmes.domain.definition import Programme
from app.programmes.domain.due import Moment, ShiftWorkingDays


@dataclass(frozen=True)
class OpeningRequest:
    """Who asks for what: the firm's state and the year and round wanted. `gone`: in which state a firm is that is gone, and
    why it gets a case all the same.
    """

    year: int
    opened_on: date
    enterprise_retired: bool
    open_case_number: str | None
    round: str | None
    round_known: bool
    cutoffs: Cutoffs
    gone: str = ""
    gone_reason: str = ""


@dataclass(frozen=True)
class Opening:
    """A case to be made: its first stage, what it counts as from the start, and its first milestones."""

    stage: str
    markers: tuple[str, ...]
    milestones: tuple[PlannedMilestone, ...]


def decide_open(programme: Programme, request: OpeningRequest, shift: ShiftWorkingDays) -> Opening:
    """What opening a case brings about; raises `Conflict` or `Invalid` with what to do instead."""
    if request.enterprise_retired:
        raise Conflict("case.enterprise_retired", _("该企业已停用，不能立案。如属误停用，请先在企业库恢复。"))
    if request.gone and not request.gone_reason:
        message = _("该企业%(gone)s，不再立案。依法仍须办理的（如争议、追回），由经办人写明理由后立案。") % {
            "gone": request.gone
        }
        raise Conflict("case.enterprise_gone", message, {"gone_reason": message})
    if request.open_case_number:
        raise Conflict(
            "case.already_open",
            _("该企业 %(year)s 年度在“%(programme)s”已有在办件 %(number)s，同一年度只能有一件在办。")
            % {"year": request.year, "programme": programme.title, "number": request.open_case_number},
        )
    if request.round and not request.round_known:
        message = _("该年度没有这个批次，请在培育通道页面先新增批次。")
        raise Invalid("case.round.unknown", message, {"round": message})
    if not programme.effective_on.year <= request.year <= request.opened_on.year + 1:
        message = _("年度须在 %(first)s 到 %(last)s 之间。") % {
            "first": programme.effective_on.year,
            "last": request.opened_on.year + 1,
        }
        raise Invalid("case.year.out_of_range", message, {"year": message})
    moment = Moment(
        year=request.year,
        opened_on=request.opened_on,
        entered_on=request.opened_on,
        bureau_cutoff_on=request.cutoffs.bureau_on,
        province_cutoff_on=request.cutoffs.province_on,
    )
    made = programme.milestones_made_at("opening") + programme.milestones_made_at(programme.start.code)
    return Opening(
        stage=programme.start.code,
        markers=programme.start.counts_as,
        milestones=plan(made, (), moment, shift),
    )
