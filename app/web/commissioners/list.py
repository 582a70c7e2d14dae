"""科技专员: the list, the record and the form of an expert."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.commissioners import actions, queries
from app.commissioners.domain import (
    DEGREE_LABELS,
    END_REASON_LABELS,
    Degree,
    EndReason,
    mask_phone,
)
from app.commissioners.models import Commissioner
from app.commissioners.queries import STATES, CommissionerFilter
from app.commissioners.schemas import CommissionerInput
from app.commissioners.service import people
from app.doors.call import Call
from app.doors.downloads import TableFormat, download_table
from app.doors.forms import Bound, bind, empty
from app.doors.lists.saved import Views, views_of
from app.doors.past import ListCall
from app.doors.router import GuardedRouter
from app.doors.timeline import TimelineLine, timeline_lines
from app.journal.queries import timeline
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.paging import Count, Page
from app.kit.permissions import can
from app.targets.domain import Commissioners
from app.targets.queries import counted_of, find_plan, standing
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

PAGE_SIZE = 50
_FIELDS = ("name", "unit", "title", "degree", "field_code", "speciality", "phone", "note")


@dataclass(frozen=True)
class CommissionersPage:
    """The list with its filter, and the plan's headcounts."""

    rows: tuple[ExpertRow, ...]
    page: Page[Commissioner]
    count: Count
    wanted: CommissionerFilter
    programmes: Choices
    states: Choices
    url: str
    export_query: str
    headcounts: tuple[GoalCard, ...]
    year: int
    may_create: bool
    filtered: bool
    past: str
    views: Views


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
    end_reasons: Choices
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


@router.get("", action=actions.LIST)
def commissioners_page(
    call: ListCall, q: str = "", programme: str = "", state: str = "active", cursor: str | None = None
) -> Response:
    on = call.as_of.on
    wanted = _filter(q, programme, state, on)
    found = queries.page_visible_to(call.session, call.actor, wanted, cursor, PAGE_SIZE)
    fields = field_names(call.session)
    given = (("q", q), ("programme", programme), ("state", state), ("as_of", call.as_of.parameter))
    query = urlencode({name: value for name, value in given if value})
    page = CommissionersPage(
        rows=tuple(expert_row(item, fields, on) for item in found.items),
        page=found,
        count=queries.count_visible_to(call.session, call.actor, wanted),
        wanted=wanted,
        programmes=tuple((item.code, programme_name(item)) for item in queries.list_programmes(call.session)),
        states=_state_choices(),
        url=f"/commissioners?{query}",
        export_query=query,
        headcounts=_headcounts(call.session, call.actor, on),
        year=on.year,
        may_create=can(call.actor, actions.CREATE),
        filtered=bool(wanted.text or wanted.programme or wanted.state != "active" or call.as_of.past),
        past=call.as_of.parameter,
        views=views_of(call.session, call.actor, f"/commissioners?{query}"),
    )
    return call.render("web/commissioners/list.html", page)


@router.get("/export.{extension}", action=actions.EXPORT)
def export_commissioners(
    call: ListCall, extension: TableFormat, q: str = "", programme: str = "", state: str = "active"
) -> Response:
    wanted = _filter(q, programme, state, call.as_of.on)
    found = queries.list_visible_to(call.session, call.actor, wanted)
    full_phone = can(call.actor, actions.READ_PHONE)
    header = [
        _("编号"), _("姓名"), _("工作单位"), _("职称"), _("学历学位"), _("技术领域"), _("专业专长"), _("联系电话"),
        _("服务企业"), _("统一社会信用代码"), _("专项"), _("协议编号"), _("起始日期"), _("终止日期"), _("提前终止日"),
        _("服务方式"), _("协议金额（元）"),
    ]  # fmt: skip
    rows = export_rows(found, field_names(call.session), full_phone)
    return download_table(call.request, _("科技专员"), extension, rows, header)


def _filter(q: str, programme: str, state: str, on: date) -> CommissionerFilter:
    return CommissionerFilter(
        text=q.strip()[:60], programme=programme[:40], state=state if state in STATES else "active", on=on
    )


def _state_choices() -> Choices:
    return (
        ("active", _("全部在册")),
        ("serving", _("正在服务")),
        ("free", _("暂无服务")),
        ("retired", _("已停用")),
    )


def _headcounts(session: Session, actor: Actor, on: date) -> tuple[GoalCard, ...]:
    """The plan's headcounts of people, as they stand."""
    view = find_plan(session, actor, on.year, on)
    if view is None:
        return ()
    items = [item for item in view.plan.items if isinstance(counted_of(item), Commissioners)]
    return cards_of(session, view, [standing(session, view, item) for item in items])


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
        again=lambda bound: _form_page(call, None, bound, status=422),
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
        end_reasons=tuple((item.value, _(END_REASON_LABELS[item])) for item in EndReason),
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
        again=lambda bound: _form_page(call, found, bound, version=version, status=422),
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


def _form_page(
    call: Call, commissioner: Commissioner | None, form: Bound[Any], *, version: int = 0, status: int = 200
) -> Response:
    page = CommissionerFormPage(
        commissioner=commissioner,
        form=form,
        degrees=tuple((item.value, _(DEGREE_LABELS[item])) for item in Degree),
        fields=tuple(field_names(call.session).items()),
        version=version,
    )
    return call.render("web/commissioners/form.html", page, status=status)


def _version(bound: Bound[Any]) -> int:
    text = str(bound.raw.get("version", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
