"""目标通报: the plan's items with their numbers as they stand, and the rows behind each number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.router import GuardedRouter
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.kit.errors import NotFound
from app.kit.i18n import Bilingual, _
from app.kit.paging import Count
from app.targets import actions, queries
from app.targets.domain import Applications, Certificates, Counted, Subjects, TargetOperator, version_name
from app.targets.lists import TargetItem, TargetRowFilter
from app.targets.models import PlanItem
from app.targets.queries import PlanView, TargetResult
from app.web.shared.gone_firms import GoneFirms, gone_firms
from app.web.targets.rows import LIST, TargetRow, list_of

router = GuardedRouter(door="web", prefix="/targets")


@dataclass(frozen=True)
class GoalCard:
    """A counted target as a card: how many there are, how many it takes, what is still missing."""

    code: str
    name: str
    count: int
    target_text: str
    maximum: int
    met: bool
    note: str
    url: str


@dataclass(frozen=True)
class ItemRow:
    """One item of the plan in the table."""

    item: PlanItem
    name: str
    target_text: str
    count: int | None
    met: bool | None
    note: str
    remark: str
    url: str


@dataclass(frozen=True)
class TargetsPage:
    """One year's plan; `view` is None where no plan concerns the officer's area."""

    view: PlanView | None
    title: str
    issuer: str
    year: int
    years: tuple[tuple[str, str], ...]
    cards: tuple[GoalCard, ...]
    rows: tuple[ItemRow, ...]
    borrowed: str
    correction: str
    gone: GoneFirms | None


@dataclass(frozen=True)
class TargetRowsPage:
    """The rows behind one number."""

    item: PlanItem
    name: str
    remark: str
    card: GoalCard
    list: Listed[TargetItem, TargetRow]
    year: int
    on: date
    gone: GoneFirms | None


@router.get("", action=actions.READ)
def targets_page(call: Call, year: int | None = None) -> Response:
    on = call.on
    chosen = _checked(year, on)
    view = queries.find_plan(call.session, call.actor, chosen, on)
    years = sorted({on.year, chosen, *queries.list_plan_years(call.session, call.actor)}, reverse=True)
    results = queries.list_results(call.session, view) if view else []
    page = TargetsPage(
        view=view,
        title=_text(view.plan.title) if view else "",
        issuer=_text(view.plan.issuer) if view else "",
        year=chosen,
        years=tuple((str(item), _("%(year)s 年") % {"year": item}) for item in years),
        cards=cards_of(call.session, view, _headlines(results)) if view else (),
        rows=tuple(_item_row(result, view) for result in results) if view else (),
        borrowed=borrowed_notice(view),
        correction=_correction_notice(call.session, view),
        gone=gone_firms(call.session, call.actor, view.region_prefix) if view else None,
    )
    return call.render("web/targets/index.html", page)


@router.get("/{code}", action=actions.READ)
def target_rows_page(
    call: Call, code: str, query: Annotated[ListQuery, LIST.asked], year: int | None = None
) -> Response:
    view, item = _item(call, code, year)
    result = queries.result(call.session, view, item)
    counted = queries.counted_of(item)
    assert counted is not None  # get_item refuses an item that nothing is counted for
    viewer, shown = call.viewer, list_of(counted, view.period, _file(item, view))
    query, wanted = query.changed(year=str(view.period.year)), TargetRowFilter(counted, view.period, view.region_prefix)
    found, base = shown.found(query, viewer, wanted), f"/targets/{item.code}"
    page = TargetRowsPage(
        item=item,
        name=_text(item.name),
        remark=_text(item.remark),
        card=cards_of(call.session, view, [result])[0],
        list=shown.around(query, viewer, wanted, found, Count(result.count or 0), base),
        year=view.period.year,
        on=view.period.on,
        gone=_gone(call, view, counted),
    )
    return call.render("web/targets/rows.html", page)


def _gone(call: Call, view: PlanView, counted: Counted) -> GoneFirms | None:
    """Where firms are counted: those that are not, since they are gone."""
    of_firms = isinstance(counted, Certificates | Subjects)
    return gone_firms(call.session, call.actor, view.region_prefix) if of_firms else None


@router.get("/{code}/export.{extension}", action=actions.EXPORT)
def export_target_rows(call: Call, code: str, extension: TableFormat, year: int | None = None) -> Response:
    view, item = _item(call, code, year)
    counted = queries.counted_of(item)
    assert counted is not None  # as above
    shown = list_of(counted, view.period, _file(item, view))
    given = {"counted": counted, "period": view.period, "region_prefix": view.region_prefix}
    return export_list(call, shown, LIST.query(), extension, **given)


def _file(item: PlanItem, view: PlanView) -> str:
    return f"{item.name['zh']}-{view.period.year}"


def _item(call: Call, code: str, year: int | None) -> tuple[PlanView, PlanItem]:
    view = queries.find_plan(call.session, call.actor, _checked(year, call.on), call.on)
    if view is None:
        raise NotFound("target.no_plan", _("您的辖区还没有工作要点。"))
    return view, queries.get_item(view, code)


def _checked(year: int | None, on: date) -> int:
    return year if year is not None and 2000 <= year <= 2100 else on.year


# -- how a number reads -----------------------------------------------------------------------------------------------------


def goal_cards(session: Session, view: PlanView) -> tuple[GoalCard, ...]:
    """The headline numbers of a plan as cards, in the order of the desk."""
    return cards_of(session, view, queries.list_headlines(session, view))


def cards_of(session: Session, view: PlanView, results: Sequence[TargetResult]) -> tuple[GoalCard, ...]:
    """Counted items as cards."""
    return tuple(_card(session, view, result) for result in results if result.count is not None)


def borrowed_notice(view: PlanView | None) -> str:
    """What to say when the targets are those of another year's plan."""
    if view is None or view.is_of_the_year:
        return ""
    return _("%(year)s 年的工作要点尚未录入：以下目标值取自 %(plan)s 年工作要点，数字按 %(year)s 年统计。") % {
        "year": view.period.year,
        "plan": view.plan.year,
    }


def _correction_notice(session: Session, view: PlanView | None) -> str:
    """What to say of a plan that corrects another one."""
    before = queries.find_corrected(session, view.plan) if view else None
    if view is None or before is None:
        return ""
    return _("这是第 %(n)s 次更正，取代“%(title)s”（%(document)s，%(version)s）；目标和计数以更正后的为准。") % {
        "n": view.plan.revision,
        "title": _text(before.title),
        "document": before.document_number,
        "version": version_name(before.code, before.revision),
    }


def _headlines(results: Sequence[TargetResult]) -> list[TargetResult]:
    found = [result for result in results if result.item.headline is not None]
    return sorted(found, key=lambda result: result.item.headline or 0)


def _card(session: Session, view: PlanView, result: TargetResult) -> GoalCard:
    assert result.count is not None  # only counted items become cards
    missing = result.missing or 0
    return GoalCard(
        code=result.item.code,
        name=_text(result.item.name),
        count=result.count,
        target_text=_target_text(result),
        maximum=result.count + missing if missing else max(result.count, 1),
        met=bool(result.met),
        note=_card_note(session, view, result),
        url=_url(result.item, view),
    )


def _target_text(result: TargetResult) -> str:
    if result.target is None:
        return ""
    unit = _text(result.item.unit)
    return f"/ {result.target.text()} {unit}"


def _card_note(session: Session, view: PlanView, result: TargetResult) -> str:
    """What is missing, and what is on its way or about to be lost."""
    parts = [_missing_text(result)]
    counted = queries.counted_of(result.item)
    if isinstance(counted, Applications) and not result.met:
        parts.append(_("在办未申报 %(n)s 件") % {"n": queries.count_pending(session, view, counted)})
    if isinstance(counted, Certificates) and (expiring := queries.count_expiring(session, view, counted)):
        parts.append(_("年内到期 %(n)s 家") % {"n": expiring})
    if isinstance(counted, Subjects):
        parts.append(_("口径为推定"))
    return " · ".join(part for part in parts if part)


def _missing_text(result: TargetResult) -> str:
    if result.met is None:
        return ""
    if result.met:
        return _("已完成")
    return _("还差 %(n)s %(unit)s") % {"n": result.missing, "unit": _text(result.item.unit)}


def _item_row(result: TargetResult, view: PlanView) -> ItemRow:
    item = result.item
    return ItemRow(
        item=item,
        name=_text(item.name),
        target_text=_written_target(result),
        count=result.count,
        met=result.met,
        note=_missing_text(result),
        remark=_text(item.remark),
        url=_url(item, view) if result.count is not None else "",
    )


def _written_target(result: TargetResult) -> str:
    """The target with its comparison in signs: ≥ 20 家, > 60 家."""
    if result.target is None:
        return ""
    sign = ">" if result.target.comparison is TargetOperator.MORE_THAN else "≥"
    return f"{sign} {result.target.number()} {_text(result.item.unit)}"


def _url(item: PlanItem, view: PlanView) -> str:
    return f"/targets/{item.code}?year={view.period.year}"


def _text(value: dict[str, str] | None) -> str:
    return str(Bilingual.model_validate(value)) if value else ""
