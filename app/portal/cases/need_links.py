"""What is needed of the firm, and where it supplies each thing: the same registry of needs as everywhere, by its own door."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.cases.domain.need_words import level_text, need_grounds, need_text
from app.cases.domain.needs import Level, Need
from app.doors.casework.answers import FORM_PREFIX
from app.kit.i18n import _
from app.portal.forms.sections import section_of
from app.portal.shared.plain import nearness, plain_day
from app.programmes.domain.definition import Programme


@dataclass(frozen=True)
class PortalNeedLine:
    """Something that the firm has to supply: what, how urgent, until when, on what grounds, and where."""

    text: str
    level: Level
    level_text: str
    day: str
    late: bool
    grounds: str
    url: str


def need_url(programme: Programme, number: str, need: Need) -> str:
    """Where the firm supplies `need` of its case `number`."""
    base = f"/portal/cases/{number}"
    match need.kind:
        case "material":
            return f"{base}/materials/{need.code}" + (f"?year={need.year}" if need.year else "")
        case "question":
            return f"{base}/form/{section_of(programme, need.code)}#f-{FORM_PREFIX}{need.code}"
        case "correction":
            return f"{base}/corrections/{need.code}"
        case "field" | "reason":
            return f"{base}/steps/{need.step}"
        case _:
            return base


def theirs(needs: Iterable[Need]) -> tuple[Need, ...]:
    """The needs that the firm supplies, apart from what the form of a step asks."""
    return tuple(need for need in needs if need.by == "enterprise" and not need.in_form)


def need_lines(programme: Programme, number: str, needs: Iterable[Need], on: date) -> tuple[PortalNeedLine, ...]:
    """`needs` as the firm reads them."""
    return tuple(_line(programme, number, need, on) for need in needs)


def _line(programme: Programme, number: str, need: Need, on: date) -> PortalNeedLine:
    due = need.due_on
    reported = {"day": plain_day(due, on), "near": nearness(due, on)} if due else {}
    return PortalNeedLine(
        text=need_text(programme, need),
        level=need.level,
        level_text=level_text(need),
        day=_("请在 %(day)s 24:00 前完成（%(near)s）") % reported if due else "",
        late=due is not None and due < on,
        grounds=need_grounds(programme, need),
        url=need_url(programme, number, need),
    )
