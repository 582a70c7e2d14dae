"""Setting what a programme leaves to the bureau; nothing is overwritten."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.i18n import _, ngettext, use_locale
from app.kit.permissions import require
from app.programmes import actions, events
from app.programmes.domain.settable import Settable, SettingForm, read_setting, settable
from app.programmes.models import ProgrammeSetting
from app.programmes.queries import Catalogue, load_catalogue
from app.programmes.schemas import ProgrammeSettingInput
from app.programmes.settings import settings_in_force


def set_setting(
    session: Session, *, actor: Actor, now: datetime, code: str, values: ProgrammeSettingInput
) -> ProgrammeSetting:
    """Set a clock's working days or a duty's day from a day on, by a document. One event.

    Raises `NotFound` (no such programme), `Invalid` beside the field (nothing left open, unreadable, nothing changed).
    """
    require(actor, actions.SET)
    catalogue = load_catalogue(session)
    item = _left_open(catalogue, code, values)
    value = read_setting(item.form, values.value)
    before = settings_in_force(session, code, values.effective_on).get((item.kind, item.key))
    if before and (before.value, before.document) == (value, values.document):
        message = _("与现行设定相同，没有变化。")
        raise Invalid("programme.setting.unchanged", message, {"value": message})
    row = ProgrammeSetting(
        programme_code=code,
        kind=item.kind,
        key=item.key,
        value=value,
        effective_on=values.effective_on,
        document=values.document,
        recorded_at=now,
        recorded_by=actor.name,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        type=events.SETTING_SET,
        subject=SubjectKey("programme", code, catalogue.versions_of(code)[0].title.zh, region_code=actor.region_prefix),
        changes={"setting": (_reported(item, before), _reported(item, row))},
        data={"kind": item.kind, "key": item.key, "value": value, "effective_on": values.effective_on},
    )
    return row


def setting_text(form: SettingForm, value: str) -> str:
    """A setting in words: `20 个工作日`, `季度结束后 15 日`, `每年 05-31`."""
    if form == "month-day":
        return _("每年 %(day)s") % {"day": value}
    n = int(value)
    if form == "working-days":
        return ngettext("%(n)s 个工作日", "%(n)s 个工作日", n) % {"n": n}
    return ngettext("季度结束后 %(n)s 日", "季度结束后 %(n)s 日", n) % {"n": n}


def _left_open(catalogue: Catalogue, code: str, values: ProgrammeSettingInput) -> Settable:
    """The thing that is set: what any version leaves open may be set, since cases keep their versions."""
    for programme in catalogue.versions_of(code):
        for item in settable(programme):
            if (item.kind, item.key) == (values.kind, values.key):
                return item
    message = _("这条通道没有由市局设定的这一项。")
    raise Invalid("programme.setting.unknown", message, {"key": message})


def _reported(item: Settable, row: ProgrammeSetting | None) -> str | None:
    """The setting in the register's own language, as it will be read in the journal."""
    if row is None:
        return None
    with use_locale("zh"):
        return _("%(name)s：%(value)s（%(on)s 起，%(document)s）") % {
            "name": item.title.zh,
            "value": setting_text(item.form, row.value),
            "on": row.effective_on,
            "document": row.document,
        }
