"""Where an officer supplies what is missing: the address of each need, and the list that pages show of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.cases.domain.need_words import level_text, need_grounds, need_text, supplier_text
from app.cases.domain.needs import Level, Need
from app.kit.i18n import _
from app.programmes.domain.definition import Programme
from app.web.shared.case_lines import short_day


@dataclass(frozen=True)
class NeedLine:
    """Something missing: what, until when, how urgent, who supplies it, and where."""

    text: str
    day: str
    url: str
    level: Level
    level_text: str
    by: str
    grounds: str
    late: bool


def need_url(number: str, need: Need, milestones: Mapping[str, int] | None = None) -> str:
    """Where `need` of the case `number` is supplied; `milestones` are the ids of its open milestones by code."""
    base = f"/cases/{number}"
    match need.kind:
        case "material":
            return f"{base}#material-{need.code}"
        case "question":
            return f"{base}#question-{need.code}"
        case "correction":
            return f"{base}#correction-{need.code}"
        case "milestone":
            found = (milestones or {}).get(need.code)
            return f"{base}/milestones/{found}" if found else f"{base}#milestones"
        case "opinion":
            return f"{base}#opinion-{need.code}"
        case "approval":
            return f"{base}#approvals"
        case "rights":
            return f"{base}/rights"
        case "field" | "reason":
            return f"{base}/steps/{need.step}"
        case _:
            return f"{base}#verdict"


def need_lines(
    programme: Programme, number: str, needs: Iterable[Need], on: date, milestones: Mapping[str, int] | None = None
) -> tuple[NeedLine, ...]:
    """`needs` as the pages of the bureau list them."""
    return tuple(
        NeedLine(
            text=need_text(programme, need),
            day=_("%(day)s 前") % {"day": short_day(need.due_on, on)} if need.due_on else "",
            url=need_url(number, need, milestones),
            level=need.level,
            level_text=level_text(need),
            by=supplier_text(need),
            grounds=need_grounds(programme, need),
            late=need.due_on is not None and need.due_on < on,
        )
        for need in needs
    )
