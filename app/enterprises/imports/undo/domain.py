"""What one import did to a record, from its events, and what becomes of the record when the import is taken back. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app.journal.domain import Change
from app.kit.i18n import N_

#: So long an import can be taken back.
UNDO_DAYS = 30
#: So many events are looked at together, and with them all others of the import about the same firms.
BATCH = 500
#: So many events a preview looks at; what lies beyond is decided when it is done, and the preview says so.
PREVIEWED = 5_000


@dataclass(frozen=True)
class EventEffect:
    """What one event did to a record; `decided`: a person chose the list's content over what stood here."""

    created: bool
    changes: Mapping[str, Change]
    decided: bool = False


@dataclass(frozen=True)
class FieldEffect:
    """What stood in a field before the import and what the import left there."""

    before: Any
    after: Any
    decided: bool = False


@dataclass
class RecordEffect:
    """What an import did to one record: its events in order, whether they created it, and each field."""

    key: Hashable
    effects: list[EventEffect] = field(default_factory=list)
    data: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def created(self) -> bool:
        """Whether the record was not there before."""
        return any(effect.created for effect in self.effects)

    @property
    def fields(self) -> dict[str, FieldEffect]:
        """By field, from the last event backwards as far as one event follows on the other: what somebody set in between stands."""
        found: dict[str, FieldEffect] = {}
        interrupted: set[str] = set()
        for effect in reversed(self.effects):
            for name, (before, after) in effect.changes.items():
                if name not in found:
                    found[name] = FieldEffect(before, after, effect.decided)
                elif name not in interrupted and found[name].before == after:
                    found[name] = replace(found[name], before=before, decided=found[name].decided or effect.decided)
                else:
                    interrupted.add(name)
        return found


@dataclass(frozen=True)
class RecordFate:
    """What becomes of a record: it goes, or fields return (`returned` by name), or it stays since fields were `touched`."""

    goes: bool = False
    returned: Mapping[str, Any] = field(default_factory=dict)
    touched: tuple[str, ...] = ()


def decide(effect: RecordEffect, present: Mapping[str, Any], blank: Mapping[str, Any]) -> RecordFate:
    """What becomes of a record that reads `present` now, in plain values; `blank` is what fields hold that nobody filled."""
    fields = effect.fields
    if effect.created:
        touched = [
            name
            for name, value in present.items()
            if (value != fields[name].after if name in fields else value not in (None, "", {}, blank.get(name)))
        ]
        return RecordFate(goes=not touched, touched=tuple(touched))
    returned = {
        name: each.before
        for name, each in fields.items()
        if name in present and present[name] == each.after and each.before != each.after
    }
    touched = [
        name for name, each in fields.items() if name in present and present[name] not in (each.after, each.before)
    ]
    return RecordFate(returned=returned, touched=tuple(touched))


def is_late(finished_on: date, on: date) -> bool:
    """Whether the time for taking it back is over."""
    return (on - finished_on).days > UNDO_DAYS


@dataclass(frozen=True)
class Leftover:
    """What stays although the import wrote it: which record of which firm, which field of it ("" for all of it), and why."""

    register: str
    record: str
    label: str
    reason: str
    enterprise_id: int | None = None
    field: str = ""
    about: Sequence[str] = ()


@dataclass
class Tally:
    """What is, or would be, taken back: firms and records that go, fields that return, and what stays."""

    firms: int = 0
    records: int = 0
    fields: int = 0
    left: list[Leftover] = field(default_factory=list)
    gone: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """The counts, in the order of the result line."""
        return {"firms": self.firms, "records": self.records, "fields": self.fields, "left": len(self.left)}


CHANGED, USED, OUTSIDE, RETIRED = "changed", "used", "outside", "retired"
REASONS = {
    CHANGED: N_("此后被修改"),
    USED: N_("正在被使用"),
    OUTSIDE: N_("已不在您的辖区内"),
    RETIRED: N_("企业已停用"),
}
#: What may point at a record, by table.
HOLDERS = {
    "case_file": N_("办件"),
    "certificate": N_("证书"),
    "class_two_use": N_("知识产权使用记录"),
    "compliance_event": N_("合规事件"),
    "contact": N_("联系人"),
    "conversion": N_("成果转化"),
    "document": N_("材料"),
    "enterprise": N_("并入的企业"),
    "enterprise_tag": N_("标签"),
    "enterprise_user": N_("企业账号"),
    "fact_statement": N_("事实说明"),
    "firm_merge": N_("合并记录"),
    "firm_request": N_("资料要求"),
    "former_code": N_("曾用代码"),
    "handover_item": N_("移交清单"),
    "incentive": N_("奖补"),
    "intellectual_property": N_("知识产权"),
    "invitation": N_("账号邀请"),
    "past_award": N_("往年奖补"),
    "past_case": N_("历年申报"),
    "product": N_("产品（服务）"),
    "product_property": N_("产品与知识产权的对应"),
    "service_agreement": N_("服务协议"),
    "standard_participation": N_("标准"),
    "stored_verdict": N_("留存的判定"),
    "visit": N_("走访"),
    "visit_stop": N_("走访安排"),
    "known_name": N_("名单上记住的写法"),
    "yearly_figures": N_("年度数据"),
}
