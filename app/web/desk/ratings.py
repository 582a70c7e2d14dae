"""服务评价 in the bureau: average and distribution by programme and year, every rating, and what was done about bad ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from starlette.responses import Response

from app.cases import queries as case_queries
from app.cases.models import CaseFile
from app.cases.oversight.actions import READ_RATINGS, RECORD_MEASURES
from app.cases.oversight.domain.measures import PARTS, read_measures
from app.cases.oversight.domain.rating import ASPECTS, GRADES, is_bad
from app.cases.oversight.lists import RATINGS, RatingRow
from app.cases.oversight.models import ServiceRating
from app.cases.oversight.queries import Distribution, find_rating, list_distributions_visible_to
from app.cases.oversight.schemas import RecordMeasures
from app.cases.oversight.service.measuring import record_measures
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.doors.lists import controls
from app.doors.lists.controls import Choices
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.kit.errors import NotFound
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import can
from app.programmes.queries import Catalogue, load_catalogue
from app.web.cases.list import programmes, years
from app.web.shared.case_lines import Badge

router = GuardedRouter(door="web", prefix="/desk")

_LOOKS = {5: "good", 4: "good", 3: "info", 2: "late", 1: "late"}


@dataclass(frozen=True)
class DistributionLine:
    """How one programme was rated: the average, and the number of each grade with the list that shows it."""

    programme: str
    average: str
    number: int
    url: str
    grades: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class RatingLine:
    """One rating."""

    row: ServiceRating
    case: CaseFile
    programme: str
    badge: Badge
    aspects: str
    bad: bool


def _lines(viewer: Viewer, rows: Sequence[RatingRow]) -> Sequence[RatingLine]:
    return [_line(viewer.once(load_catalogue), row, case) for row, case in rows]


LIST = ListView(
    base="/desk/ratings",
    source=RATINGS,
    lines=_lines,
    controls=(
        controls.select("programme", N_("通道"), programmes),
        controls.select("year", N_("评价年度"), years),
        controls.select("grade", N_("等次"), GRADES),
        controls.tick("unmeasured", N_("待整改的差评")),
    ),
)


@dataclass(frozen=True)
class RatingsPage:
    """Distribution and list."""

    list: Listed[RatingRow, RatingLine]
    distribution: tuple[DistributionLine, ...]
    grades: tuple[str, ...]
    may_measure: bool


@dataclass(frozen=True)
class MeasuresPage:
    """One rating with the form of its measures."""

    line: RatingLine
    form: Bound[Any]
    parts: Choices
    may_measure: bool


@router.get("/ratings", action=READ_RATINGS)
def ratings_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """Distribution and list."""
    viewer = call.viewer
    distributions = list_distributions_visible_to(viewer, LIST.wanted(query, viewer))
    page = RatingsPage(
        list=LIST.listed(query, viewer),
        distribution=_distribution(distributions, viewer.once(load_catalogue), query),
        grades=tuple(_(label) for label in GRADES.values()),
        may_measure=can(call.actor, RECORD_MEASURES),
    )
    return call.render("web/desk/ratings.html", page)


@router.get("/ratings/{number}", action=READ_RATINGS)
def rating_page(call: Call, number: str) -> Response:
    """One rating and what was done about it."""
    return _measures_form(call, number)


@router.post("/ratings/{number}", action=RECORD_MEASURES)
def measure(call: Call, number: str) -> Response:
    """Keep the measures."""
    return call.submit(
        RecordMeasures,
        lambda given: record_measures(call.session, **call.by, number=number, command=given),
        done=lambda _done: call.redirect("/desk/ratings", good=_("已登记整改。")),
        again=lambda bound: _measures_form(call, number, bound),
    )


def _measures_form(call: Call, number: str, form: Bound[Any] | None = None) -> Response:
    case = case_queries.get_visible_to(call.session, call.actor, number)
    row = find_rating(call.session, case.id)
    if row is None:
        raise NotFound("case.rating.unknown", _("该件还没有评价。"))
    page = MeasuresPage(
        line=_line(load_catalogue(call.session), row, case),
        form=form or empty(read_measures(row.measures)),
        parts=tuple((name, _(label)) for name, label in PARTS.items()),
        may_measure=is_bad(row.grade) and can(call.actor, RECORD_MEASURES, case.enterprise),
    )
    return call.render("web/desk/rating.html", page)


def _line(catalogue: Catalogue, row: ServiceRating, case: CaseFile) -> RatingLine:
    return RatingLine(
        row=row,
        case=case,
        programme=str(catalogue.get(case.programme_code, case.programme_version).title),
        badge=(_LOOKS[row.grade], _(GRADES[row.grade])),
        aspects=_("、").join(_(ASPECTS[item]) for item in row.items if item in ASPECTS),
        bad=is_bad(row.grade),
    )


def _distribution(
    found: Sequence[Distribution], catalogue: Catalogue, query: ListQuery
) -> tuple[DistributionLine, ...]:
    known = catalogue.known()
    lines = [_told(str(known[one.programme].title), one, query, one.programme) for one in found]
    if len(found) > 1:
        every = Distribution("", {grade: sum(one.grades[grade] for one in found) for grade in GRADES})
        lines.append(_told(_("合计"), every, query, query["programme"]))
    return tuple(lines)


def _told(title: str, one: Distribution, query: ListQuery, programme: str) -> DistributionLine:
    return DistributionLine(
        programme=title,
        average=average_text(one.points, one.number),
        number=one.number,
        url=query.address(programme=programme),
        grades=tuple((one.grades[grade], query.address(programme=programme, grade=str(grade))) for grade in GRADES),
    )


def average_text(points: int, number: int) -> str:
    """The average to two decimals, half up; a dash without ratings."""
    if not number:
        return "—"
    return str((Decimal(points) / number).quantize(Decimal("0.01"), ROUND_HALF_UP))
