"""培育通道 · 市局设定: what a programme leaves to the bureau, what is set, by whom and by which document."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from app.cases.service.clocks import give_lengths
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.i18n import N_, _, ngettext
from app.kit.permissions import can
from app.programmes import actions
from app.programmes.domain.definition import Programme
from app.programmes.domain.settable import Settable, settable
from app.programmes.models import ProgrammeSetting
from app.programmes.queries import load_catalogue
from app.programmes.schemas import ProgrammeSettingInput
from app.programmes.service.settings import set_setting, setting_text
from app.programmes.settings import list_settings, settings_in_force

router = GuardedRouter(door="web", prefix="/programmes/{code}/settings")

KINDS = {"clock": N_("办理时限"), "duty": N_("义务")}
HINTS = {
    "working-days": N_("工作日数，1 到 400"),
    "days": N_("季度结束后的日数，1 到 90"),
    "month-day": N_("每年的哪一天，如 05-31"),
}


@dataclass(frozen=True)
class SettingSummary:
    """One thing left to the bureau, with what is in force; `value` is empty until something is."""

    title: str
    kind: str
    value: str
    note: str


@dataclass(frozen=True)
class ProgrammeSettingLine:
    """One setting on file; `state` is in force, to come or replaced."""

    value: str
    effective_on: date
    document: str
    actor: str
    state: str
    state_text: str


@dataclass(frozen=True)
class SettingCard:
    """One thing left to the bureau: what is in force, everything set before, and the form."""

    item: Settable
    at: str
    summary: SettingSummary
    hint: str
    history: tuple[ProgrammeSettingLine, ...]
    form: Bound[Any]
    opened: bool


@dataclass(frozen=True)
class ProgrammeSettingsPage:
    """What a programme leaves to the bureau."""

    code: str
    title: str
    cards: tuple[SettingCard, ...]
    may_set: bool


@router.get("", action=actions.READ)
def settings_page(call: Call, code: str) -> Response:
    """What is set, and the forms."""
    return call.render("web/programmes/settings.html", _page(call, code))


@router.post("", action=actions.SET)
def set_route(call: Call, code: str) -> Response:
    """Set one of them from a day on."""

    def set_and_date(values: ProgrammeSettingInput) -> tuple[int]:
        set_setting(call.session, **call.by, code=code, values=values)
        return (give_lengths(call.session, programme=code, now=call.now),)

    return call.submit(
        ProgrammeSettingInput,
        set_and_date,
        done=lambda done: call.redirect(f"/programmes/{code}/settings", good=_done(*done)),
        again=lambda bound: call.render("web/programmes/settings.html", _page(call, code, bound)),
    )


def _done(n: int) -> str:
    if not n:
        return _("已设定，原来的设定保留在历史中。")
    return ngettext(
        "已设定，%(n)s 件在办件正在走的时限已据此排定。", "已设定，%(n)s 件在办件正在走的时限已据此排定。", n
    ) % {"n": n}


def setting_summaries(session: Session, programme: Programme, on: date) -> tuple[SettingSummary, ...]:
    """What the version leaves open, each with what is in force on the day `on`."""
    left_open = settable(programme)
    present = settings_in_force(session, programme.code, on) if left_open else {}
    return tuple(_summary(item, present.get((item.kind, item.key))) for item in left_open)


def _summary(item: Settable, row: ProgrammeSetting | None) -> SettingSummary:
    note = ""
    if row is not None:
        values = {"day": row.effective_on, "document": row.document, "who": row.recorded_by}
        note = _("%(day)s 起，依据 %(document)s，%(who)s 设定") % values
    return SettingSummary(
        title=str(item.title),
        kind=_(KINDS[item.kind]),
        value=setting_text(item.form, row.value) if row else "",
        note=note,
    )


def _page(call: Call, code: str, refused: Bound[ProgrammeSettingInput] | None = None) -> ProgrammeSettingsPage:
    catalogue = load_catalogue(call.session)
    versions = catalogue.versions_of(code)
    programme = catalogue.in_force(call.on).get(code, versions[0])
    rows = list_settings(call.session, code)
    return ProgrammeSettingsPage(
        code=code,
        title=str(programme.title),
        cards=tuple(_card(item, rows, call.on, refused) for item in settable(programme)),
        may_set=can(call.actor, actions.SET),
    )


def _card(
    item: Settable, rows: list[ProgrammeSetting], on: date, refused: Bound[ProgrammeSettingInput] | None
) -> SettingCard:
    mine = [row for row in rows if (row.kind, row.key) == (item.kind, item.key)]
    present = next((row for row in mine if row.effective_on <= on), None)
    opened = refused is not None and (refused.raw.get("kind"), refused.raw.get("key")) == (item.kind, item.key)
    return SettingCard(
        item=item,
        at=f"-{item.kind}-{item.key}",
        summary=_summary(item, present),
        hint=_(HINTS[item.form]),
        history=tuple(_line(item, row, present, on) for row in mine),
        form=refused if opened and refused else empty({"effective_on": on.isoformat()}),
        opened=opened,
    )


def _line(item: Settable, row: ProgrammeSetting, present: ProgrammeSetting | None, on: date) -> ProgrammeSettingLine:
    if row is present:
        state, text = "good", _("现行")
    elif row.effective_on > on:
        state, text = "info", _("尚未生效")
    else:
        state, text = "idle", _("已被代替")
    return ProgrammeSettingLine(
        value=setting_text(item.form, row.value),
        effective_on=row.effective_on,
        document=row.document,
        actor=row.recorded_by,
        state=state,
        state_text=text,
    )
