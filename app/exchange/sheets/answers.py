"""Reading a partner's answer: the workbook that we made, filled in, or a list of it in any column order. Nothing is written here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.handovers.domain import ItemState, version_of
from app.exchange.handovers.models import Handover, HandoverItem
from app.exchange.partners.models import Partner
from app.exchange.sheets.domain import JudgedRow, PartnerAnswer, SentVersion, contradictions, find, other_row
from app.exchange.sheets.headings import TableHead, find_head, folded
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.tabular import Row, open_table
from app.kit.tabular.reader import Sheet

#: The headings under which each of the three columns may stand, the better-known ones first.
IDENTITIES = ("报送标识", "报送标识（请勿改动）", "记录标识", "数据标识", "idempotency_key")
RESULTS = (
    "结果",
    "处理结果",
    "审核结果",
    "接收结果",
    "回执结果",
    "办理结果",
    "审核状态",
    "接收状态",
    "result",
    "outcome",
)
REASONS = ("原因", "退回原因", "不通过原因", "驳回原因", "审核意见", "处理意见", "意见", "说明", "reason")
_LABELS = {"identity": N_("报送标识"), "result": N_("结果")}
_BATCH = 500


@dataclass(frozen=True)
class ReadAnswer:
    """The rows of an answer, and what is remarkable about the file as a whole."""

    answers: tuple[PartnerAnswer, ...]
    without_reason: bool
    unread_sheets: tuple[str, ...]


@dataclass(frozen=True)
class _Columns:
    identity: int
    result: int
    reason: int | None
    last_row: int


def read_answer(path: Path) -> ReadAnswer:
    """The rows of the answer at `path`. Raises `Invalid` naming the column that is missing, or why the file cannot be read."""
    answers: list[PartnerAnswer] = []
    unread: list[str] = []
    reasons: list[bool] = []
    missing: set[str] = set()
    for sheet in open_table(path).sheets:
        sheet.require_calculated()
        columns = _columns(find_head(sheet, _KNOWN), missing)
        if columns is None:
            unread.append(sheet.name)
            continue
        reasons.append(columns.reason is not None)
        answers += _answers(sheet, columns)
    if not reasons:
        raise _no_columns(missing)
    return ReadAnswer(tuple(answers), not any(reasons), tuple(unread))


_KNOWN = {
    folded(heading): f"{role}:{rank:02d}"
    for role, headings in (("identity", IDENTITIES), ("result", RESULTS), ("reason", REASONS))
    for rank, heading in reversed(list(enumerate(headings)))
}


def _columns(head: TableHead | None, missing: set[str]) -> _Columns | None:
    """Where the three columns stand; a sheet that has only one of the two needed says which is missing."""
    if head is None:
        return None
    found: dict[str, int] = {}
    for name in sorted(head.columns):
        found.setdefault(name.partition(":")[0], head.columns[name])
    if "identity" not in found or "result" not in found:
        missing |= {"identity", "result"} - found.keys() if found.keys() & {"identity", "result"} else set()
        return None
    return _Columns(found["identity"], found["result"], found.get("reason"), head.last_row)


def _no_columns(missing: set[str]) -> Invalid:
    names = "、".join(_(label) for role, label in _LABELS.items() if role in (missing or _LABELS))
    message = _("文件里找不到“%(names)s”列，无法对照回执。请使用下载的报送工作簿填写，或把表头改回原来的名称。")
    message %= {"names": names}
    return Invalid("answer.columns", message, {"file": message})


def _answers(sheet: Sheet, columns: _Columns) -> Iterator[PartnerAnswer]:
    for row in sheet.rows():
        if row.number > columns.last_row and not row.blank:
            reason = _cell(row, columns.reason) if columns.reason is not None else ""
            yield PartnerAnswer(
                sheet.name, row.number, _cell(row, columns.identity), _cell(row, columns.result), reason, row.broken
            )


def _cell(row: Row, index: int) -> str:
    return row.cells[index].strip() if index < len(row.cells) and not row.broken else ""


# -- what it would change ------------------------------------------------------------------------------------------------


def judge(session: Session, partner: Partner, answers: Sequence[PartnerAnswer]) -> list[JudgedRow]:
    """What registering each row would change; the records are read set-wise."""
    first, against = contradictions(answers)
    known = _known(session, partner, {answer.identity for answer in answers})
    versions = _versions(session, partner, {each for each in first if each not in known})
    seen: set[str] = set()
    judged = []
    for answer in answers:
        identity = answer.identity
        finding = find(
            answer,
            known.get(identity),
            contradicted=identity in against,
            repeated=identity in seen,
            other_version=identity in versions,
        )
        if answer.outcome is not None:
            seen.add(identity)
        other = other_row(answer, finding, first, against)
        judged.append(JudgedRow(answer, finding, known.get(identity), other, versions.get(identity, ())))
    return judged


def _known(session: Session, partner: Partner, identities: set[str]) -> dict[str, SentVersion]:
    found: dict[str, SentVersion] = {}
    for some in _chunks(sorted(identities - {""})):
        item = HandoverItem
        statement = (
            select(item.idempotency_key, item.label, item.key, item.state, Handover.number)
            .join(Handover, Handover.id == item.handover_id)
            .where(item.partner_id == partner.id, item.idempotency_key.in_(some))
        )
        for identity, label, key, state, number in session.execute(statement):
            found[identity] = SentVersion(label or key, ItemState(state), number)
    return found


def _versions(session: Session, partner: Partner, identities: set[str]) -> Mapping[str, tuple[str, ...]]:
    """For names of versions that were never sent: the versions of the same record that were, if any."""
    wanted = {identity: tuple(identity.rpartition("@")[0].partition("/")[::2]) for identity in identities}
    sent: dict[tuple[str, ...], list[str]] = {}
    for some in _chunks(sorted({key for _resource, key in wanted.values() if key})):
        item = HandoverItem
        statement = select(item.resource, item.key, item.idempotency_key).where(
            item.partner_id == partner.id, item.key.in_(some)
        )
        for resource, key, name in session.execute(statement.order_by(item.id)):
            sent.setdefault((resource, key), []).append(str(version_of(name)))
    return {identity: tuple(sent[record]) for identity, record in wanted.items() if record in sent}


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
