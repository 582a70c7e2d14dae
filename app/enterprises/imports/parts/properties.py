"""Intellectual property: numbers are checked, only what was granted is taken, and each holder on file gets its own row."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.domain.names import normalise_name, pinyin_of, same_name
from app.enterprises.domain.patents import (
    PatentNumber,
    canonical_number,
    folded_number,
    is_publication_number,
    read_patent_number,
)
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.parts.kinds import PartReading
from app.enterprises.imports.parts.taker import BatchState, Key, NewRecord, PartTaker
from app.enterprises.imports.reasons import RowReason
from app.enterprises.imports.row_reader import Parsed, ReturnedRecord
from app.enterprises.imports.verdict import RowVerdict
from app.enterprises.models import Enterprise, FormerName

PATENTS = frozenset({"invention_patent", "utility_model", "design_patent"})
_PENDING = re.compile("申请中|在申请|受理|实审|实质审查|审查中|审中|未授权|公开|公布|驳回|撤回|pending")
_PARTED = re.compile(r"[、；;，,\n]")
_LONGEST = 400


def finish(parsed: Parsed, reading: PartReading) -> None:
    """Only rights that were granted; a patent's number in one spelling, which has to fit its check character and its kind."""
    texts, values = parsed.source.texts, parsed.values
    _read_holders(parsed)
    number, state = texts.get("property_number", ""), texts.get("state", "")
    told = next((text for text in (number, state) if _PENDING.search(text)), "")
    if told:
        parsed.refusals.append(RowReason("property.not_granted", {"text": told[:60]}))
    elif number:
        _read_number(parsed, number, confirmed=bool(reading.intake.confirmation))
    kind = reading.terms["property_kind"].get(values.get("kind_code", ""))
    if kind is not None:
        values["ip_class"] = kind["class"]


def spelled(identity: tuple[Any, ...]) -> tuple[Any, ...]:
    """Kind and number, whatever the spelling of the number."""
    kind, number = identity
    return kind, canonical_number(number)


def _read_holders(parsed: Parsed) -> None:
    parsed.values.pop("other_holders", None)
    text = parsed.source.texts.get("holders", "")
    parsed.values["holders"] = tuple(
        dict.fromkeys(name for part in _PARTED.split(text) if (name := normalise_name(part)))
    )


def _read_number(parsed: Parsed, text: str, *, confirmed: bool) -> None:
    values, patent = parsed.values, read_patent_number(text)
    kind = values.get("kind_code", "")
    if patent is None:
        values["number"] = folded_number(text)
        if kind in PATENTS and not is_publication_number(text):
            _wait(parsed, RowReason("property.number_form", {"text": text[:60]}), confirmed)
        return
    if not kind and "kind_code" not in parsed.unread:
        kind = values["kind_code"] = patent.kind
    if kind not in PATENTS:
        values["number"] = folded_number(text)
        return
    values["number"] = patent.text
    if reason := _doubt(patent, kind):
        _wait(parsed, reason, confirmed)


def _doubt(patent: PatentNumber, kind: str) -> RowReason | None:
    if not patent.is_valid:
        return RowReason("property.check", {"text": patent.text, "expected": patent.expected})
    return None if patent.kind == kind else RowReason("property.kind", {"text": patent.text})


def _wait(parsed: Parsed, reason: RowReason, confirmed: bool) -> None:
    if confirmed:
        parsed.remarks.append(reason)
    else:
        parsed.waits = reason


@dataclass
class RightsState(BatchState):
    """Besides: the firms that bear the names of holders, and the rows that joint holders get."""

    holders: Mapping[str, Enterprise] = field(default_factory=dict)
    joint: dict[Key, tuple[RowVerdict, NewRecord]] = field(default_factory=dict)


@dataclass(frozen=True)
class PropertyTaker(PartTaker):
    """Takes in rights; a holder that is a firm of the register becomes owner of the same right."""

    def load(self, session: Session, sound: Sequence[Parsed], *, lock: bool) -> RightsState:
        """The rights on file of the firms and of the holders that are firms."""
        names = {name for parsed in sound for name in parsed.values["holders"]}
        holders = _find_holders(session, names, self.intake.prefix)
        ids = {parsed.firm.id for parsed in sound if parsed.firm} | {firm.id for firm in holders.values()}
        return RightsState(self.on_file_of(session, ids, lock=lock), holders=holders)

    def decide_row(self, parsed: Parsed, state: BatchState) -> RowVerdict:
        """Besides: the row's firm has to be among the holders that the row names."""
        firm = parsed.firm
        assert firm is not None and isinstance(state, RightsState)
        own, joint, others = _told_apart(parsed, firm, state.holders)
        if parsed.values["holders"] and not own:
            reason = RowReason("property.holder", {"name": "、".join(parsed.values["holders"])[:60]})
            if not self.intake.confirmation:
                return RowVerdict(parsed, RowOutcome.QUEUED, [reason, *parsed.remarks], target_id=firm.id)
            parsed.remarks.append(reason)
        if others:
            parsed.values["other_holders"] = "、".join(others)[:_LONGEST]
        state.joint.pop(self.key(firm.id, parsed.values), None)
        verdict = super().decide_row(parsed, state)
        if verdict.outcome is not RowOutcome.REJECTED:
            self._add_joint(verdict, joint, state)
        return verdict

    def decide_returned(self, parsed: Parsed, back: ReturnedRecord, state: BatchState) -> RowVerdict:
        """Besides: the firm itself is no other holder, and the class of a right follows from its kind."""
        firm = parsed.firm
        assert firm is not None and back.before is not None
        for each in (parsed, back.before):
            others = (name for name in each.values["holders"] if not same_name(name, firm.name))
            each.values["other_holders"] = "、".join(others)[:_LONGEST]
        verdict = super().decide_returned(parsed, back, state)
        if "kind_code" in verdict.values:
            verdict.values["ip_class"] = parsed.values["ip_class"]
        return verdict

    def compare(self, parsed: Parsed, row: Any) -> RowVerdict:
        """The class of a right follows from its kind."""
        verdict = super().compare(parsed, row)
        if verdict.outcome is RowOutcome.CREATED:
            verdict.values["ip_class"] = parsed.values["ip_class"]
        return verdict

    def records_of(self, verdict: RowVerdict) -> list[NewRecord]:
        """The row's own right, and that of each joint holder that has none yet."""
        return [*super().records_of(verdict), *verdict.parsed.values.get("joint", ())]

    def close(self, state: BatchState) -> None:
        """What each row adds for joint holders is known when all rows are decided."""
        assert isinstance(state, RightsState)
        for verdict, record in state.joint.values():
            verdict.parsed.values.setdefault("joint", []).append(record)

    def _add_joint(self, verdict: RowVerdict, joint: Sequence[Enterprise], state: RightsState) -> None:
        """A row of its own for each joint holder, unless it has one, on file or in this batch."""
        told = {name: verdict.parsed.values[name] for name in self.kind.names if verdict.parsed.values.get(name)}
        for firm in joint:
            key = self.key(firm.id, told)
            if key not in state.on_file and key not in state.taken and key not in state.joint:
                record = NewRecord(firm, told | {"ip_class": verdict.parsed.values["ip_class"]})
                state.joint[key] = (verdict, record)


def _told_apart(
    parsed: Parsed, firm: Enterprise, known: Mapping[str, Enterprise]
) -> tuple[bool, list[Enterprise], list[str]]:
    """Whether the firm itself is named, the other firms of the register, and the names that nobody here bears."""
    own, joint, others = False, [], []
    for name in parsed.values["holders"]:
        holder = known.get(name)
        if same_name(name, firm.name) or (holder is not None and holder.id == firm.id):
            own = True
        elif holder is not None:
            joint.append(holder)
        else:
            others.append(name)
    return own, joint, others


def _find_holders(session: Session, names: set[str], prefix: str) -> dict[str, Enterprise]:
    """The firms in use within `prefix` that bear these names, or bore them; a name of several is nobody's."""
    if not names:
        return {}
    usable = (Enterprise.disabled_on.is_(None), Enterprise.region_code.startswith(prefix))
    spoken = [pinyin_of(name) for name in names]
    bear = select(Enterprise.name, Enterprise).where(
        Enterprise.name_pinyin.in_(spoken), Enterprise.name.in_(names), *usable
    )
    found = _single(session.execute(bear).all())
    left = names - found.keys()
    bore = (
        select(FormerName.name, Enterprise)
        .join(Enterprise, Enterprise.id == FormerName.enterprise_id)
        .where(FormerName.name.in_(left), *usable)
    )
    return found | (_single(session.execute(bore).all()) if left else {})


def _single(rows: Sequence[Any]) -> dict[str, Enterprise]:
    bearers: dict[str, dict[int, Enterprise]] = {}
    for name, firm in rows:
        bearers.setdefault(name, {})[firm.id] = firm
    return {name: next(iter(firms.values())) for name, firms in bearers.items() if len(firms) == 1}
