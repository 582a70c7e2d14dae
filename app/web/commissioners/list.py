"""科技专员: the list, the record and the form of an expert."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Annotated, Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.commissioners import actions, queries
from app.commissioners.domain import (
    DEGREE_LABELS,
    Degree,
    mask_phone,
)
from app.commissioners.lists import COMMISSIONERS, LONGEST_SEARCH
from app.commissioners.models import Commissioner
from app.commissioners.schemas import CommissionerInput
from app.commissioners.service import people
from app.doors.calls.call import Call
from app.doors.calls.downloads import TableFormat
from app.doors.calls.past import ListCall
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.lists import controls
from app.doors.lists.columns import TableColumn
from app.doors.lists.export import export_list
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.timeline import TimelineLine, timeline_lines
from app.journal.queries import timeline
from app.kit.actor import Actor
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.permissions import can
from app.targets.domain import Commissioners
from app.targets.queries import counted_of, find_plan, result
from app.web.policies.try_out import checks_of
from app.web.shared.commissioner_words import (
    AgreementRow,
    Choices,
    ExpertRow,
    agreement_row,
    degree_label,
    expert_row,
    export_rows,
    field_names,
    programme_name,
)
from app.web.targets.list import GoalCard, cards_of

router = GuardedRouter(door="web", prefix="/commissioners")

_FIELDS = ("name", "unit", "title", "degree", "field_code", "speciality", "phone", "note")


@dataclass(frozen=True)
class CommissionersPage:
    """The list with its filter, and the plan's headcounts."""

    list: Listed[Commissioner, ExpertRow]
    headcounts: tuple[GoalCard, ...]
    year: int
    people_url: str
    agreements_url: str
    may_create: bool


@dataclass(frozen=True)
class CommissionerPage:
    """One expert's record."""

    commissioner: Commissioner
    degree: str
    field: str
    phone: str
    phone_masked: bool
    agreements: tuple[AgreementRow, ...]
    timeline: tuple[TimelineLine, ...]
    checks: Choices
    may_edit: bool
    today: date


@dataclass(frozen=True)
class CommissionerFormPage:
    """The form of an expert; `commissioner` is None for a new one."""

    commissioner: Commissioner | None
    form: Bound[CommissionerInput]
    degrees: Choices
    fields: Choices
    version: int


# -- the list --------------------------------------------------------------------------------------------------------------


def _lines(viewer: Viewer, rows: Sequence[Commissioner]) -> Sequence[ExpertRow]:
    fields = viewer.once(field_names)
    return [expert_row(row, fields, viewer.on) for row in rows]


def _programmes(viewer: Viewer, _query: ListQuery) -> Choices:
    return tuple((item.code, programme_name(item)) for item in queries.list_programmes(viewer.session))


_STATES = {
    "active": N_("全部在册"),
    "serving": N_("正在服务"),
    "free": N_("暂无服务"),
    "retired": N_("已停用"),
}
LIST = ListView(
    base="/commissioners",
    source=COMMISSIONERS,
    lines=_lines,
    dated=True,
    saved=True,
    usual={"state": "active"},
    controls=(
        controls.search("q", N_("姓名、单位或专长"), maxlength=LONGEST_SEARCH, wide=True),
        controls.select("programme", N_("专项"), _programmes),
        controls.select("state", N_("状态"), _STATES, blank=None),
    ),
)


def _rows(viewer: Viewer, found: Sequence[Commissioner]) -> Sequence[list[Any]]:
    """A row for each agreement; the telephone only for who may read it."""
    full_phone = can(viewer.actor, actions.READ_PHONE)
    return list(export_rows(found, viewer.once(field_names), full_phone))


_EXPORTED = (
    N_("编号"), N_("姓名"), N_("工作单位"), N_("职称"), N_("学历学位"), N_("技术领域"), N_("专业专长"), N_("联系电话"),
    N_("服务企业"), N_("统一社会信用代码"), N_("专项"), N_("协议编号"), N_("起始日期"), N_("终止日期"), N_("提前终止日"),
    N_("服务方式"), N_("协议金额（元）"),
)  # fmt: skip
EXPORT = ListView(
    base="/commissioners",
    source=COMMISSIONERS,
    lines=_rows,
    title=N_("科技专员"),
    dated=True,
    controls=LIST.controls,
    columns=tuple(TableColumn[list[Any]](label, itemgetter(place)) for place, label in enumerate(_EXPORTED)),
)


@router.get("", action=actions.LIST)
def commissioners_page(call: ListCall, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The experts of the list's day."""
    on = call.as_of.on
    page = CommissionersPage(
        list=LIST.listed(query, call.viewer),
        headcounts=_headcounts(call.session, call.actor, on),
        year=on.year,
        people_url=query.address("/commissioners/records/person/export.xlsx"),
        agreements_url=query.address("/commissioners/records/agreement/export.xlsx"),
        may_create=can(call.actor, actions.CREATE),
    )
    return call.render("web/commissioners/list.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export_commissioners(call: ListCall, query: Annotated[ListQuery, LIST.asked], extension: TableFormat) -> Response:
    """Every agreement of the experts that the list shows."""
    return export_list(call, EXPORT, query, extension)


def _headcounts(session: Session, actor: Actor, on: date) -> tuple[GoalCard, ...]:
    """The plan's headcounts of people, as they stand."""
    view = find_plan(session, actor, on.year, on)
    if view is None:
        return ()
    items = [item for item in view.plan.items if isinstance(counted_of(item), Commissioners)]
    return cards_of(session, view, [result(session, view, item) for item in items])


# -- the record --------------------------------------------------------------------------------------------------------------


@router.get("/new", action=actions.CREATE)
def new_commissioner_page(call: Call) -> Response:
    return _form_page(call, None, empty())


@router.post("/new", action=actions.CREATE)
def add_commissioner(call: Call) -> Response:
    return call.submit(
        CommissionerInput,
        lambda given: people.create(call.session, **call.by, given=given),
        done=lambda made: call.redirect(
            f"/commissioners/{made.public_id}", good=_("已登记专家“%(name)s”。") % {"name": made.name}
        ),
        again=lambda bound: _form_page(call, None, bound),
    )


@router.get("/{public_id}", action=actions.READ)
def commissioner_page(call: Call, public_id: str) -> Response:
    found = queries.get_visible_to(call.session, call.actor, public_id)
    on, may_edit = call.on, can(call.actor, actions.EDIT, found)
    full_phone = can(call.actor, actions.READ_PHONE, found)
    page = CommissionerPage(
        commissioner=found,
        degree=degree_label(found.degree),
        field=field_names(call.session).get(found.field_code or "", ""),
        phone=found.phone if full_phone else mask_phone(found.phone),
        phone_masked=bool(found.phone) and not full_phone,
        agreements=tuple(agreement_row(item, on, may_edit) for item in found.agreements),
        timeline=timeline_lines(
            call.session, timeline(call.session, kind="commissioner", id=found.public_id, limit=30)
        ),
        checks=checks_of(call.session, call.actor, found, on),
        may_edit=may_edit,
        today=on,
    )
    return call.render("web/commissioners/record.html", page)


@router.get("/{public_id}/edit", action=actions.EDIT)
def edit_commissioner_page(call: Call, public_id: str) -> Response:
    found = queries.get_visible_to(call.session, call.actor, public_id)
    raw = {name: getattr(found, name) or "" for name in _FIELDS}
    return _form_page(call, found, empty(raw), version=found.version)


@router.post("/{public_id}/edit", action=actions.EDIT)
def save_commissioner(call: Call, public_id: str) -> Response:
    found = queries.get_visible_to(call.session, call.actor, public_id)
    bound = bind(CommissionerInput, call.form)
    version = _version(bound)
    return call.submit(
        bound,
        lambda given: people.edit(call.session, **call.by, commissioner=found, given=given, version=version),
        done=lambda _done: call.redirect(f"/commissioners/{public_id}", good=_("已保存。")),
        again=lambda bound: _form_page(call, found, bound, version=version),
    )


@router.post("/{public_id}/retire", action=actions.RETIRE)
def retire_commissioner(call: Call, public_id: str) -> Response:
    found = queries.get_visible_to(call.session, call.actor, public_id)
    reason = str(call.form.get("reason") or "").strip()[:500]
    return call.act(
        lambda: people.retire(call.session, **call.by, commissioner=found, reason=reason),
        f"/commissioners/{public_id}",
        good=_("已停用，历史记录保留。"),
    )


@router.post("/{public_id}/reinstate", action=actions.RETIRE)
def reinstate_commissioner(call: Call, public_id: str) -> Response:
    found = queries.get_visible_to(call.session, call.actor, public_id)
    people.reinstate(call.session, **call.by, commissioner=found)
    return call.redirect(f"/commissioners/{public_id}", good=_("已恢复。"))


def _form_page(call: Call, commissioner: Commissioner | None, form: Bound[Any], *, version: int = 0) -> Response:
    page = CommissionerFormPage(
        commissioner=commissioner,
        form=form,
        degrees=tuple((item.value, _(DEGREE_LABELS[item])) for item in Degree),
        fields=tuple(field_names(call.session).items()),
        version=version,
    )
    return call.render("web/commissioners/form.html", page)


def _version(bound: Bound[Any]) -> int:
    text = str(bound.raw.get("version", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
