"""What a row of a partner's answer says, and what registering it would change. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.exchange.handovers.domain import ItemState, Note, ReceiptOutcome, decide_receipt
from app.kit.i18n import N_


class RowFinding(StrEnum):
    """What becomes of a row: the first three are registered, the rest change nothing."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PENDING = "pending"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"
    OTHER_VERSION = "other_version"
    CONTRADICTORY = "contradictory"
    REPEATED = "repeated"
    SAME = "same"
    LATE = "late"
    BLANK = "blank"


REGISTERED = (RowFinding.ACCEPTED, RowFinding.REJECTED, RowFinding.PENDING)
FINDING_LABELS = {
    RowFinding.ACCEPTED: N_("将登记为接收"),
    RowFinding.REJECTED: N_("将登记为退回"),
    RowFinding.PENDING: N_("将登记为处理中"),
    RowFinding.UNREADABLE: N_("读不懂"),
    RowFinding.UNKNOWN: N_("从未报送过"),
    RowFinding.OTHER_VERSION: N_("版本不符"),
    RowFinding.CONTRADICTORY: N_("前后矛盾"),
    RowFinding.REPEATED: N_("文件内重复"),
    RowFinding.SAME: N_("已登记过"),
    RowFinding.LATE: N_("来得太晚"),
    RowFinding.BLANK: N_("结果未填写"),
}
BADGES = {
    RowFinding.ACCEPTED: "good",
    RowFinding.REJECTED: "late",
    RowFinding.PENDING: "wait",
    RowFinding.UNREADABLE: "late",
    RowFinding.UNKNOWN: "late",
    RowFinding.OTHER_VERSION: "late",
    RowFinding.CONTRADICTORY: "late",
}

_WORDS: Mapping[ReceiptOutcome, str] = {
    ReceiptOutcome.ACCEPTED: "接收 已接收 接受 通过 审核通过 合格 同意 成功 已入库 入库 accepted accept ok",
    ReceiptOutcome.REJECTED: "退回 已退回 退回修改 驳回 拒绝 不通过 未通过 审核不通过 不合格 不同意 失败 rejected reject",
    ReceiptOutcome.PENDING: "处理中 待处理 审核中 待审核 在办 pending",
}
_OUTCOMES = {word: outcome for outcome, words in _WORDS.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class PartnerAnswer:
    """One row of an answer as it was read: where it stands, which version it is about, what it says of it."""

    sheet: str
    row: int
    identity: str
    result: str
    reason: str
    broken: bool = False

    @property
    def outcome(self) -> ReceiptOutcome | None:
        """The result, in the words of the exchange; None when it is none of the known ones."""
        return read_outcome(self.result)


def read_outcome(text: str) -> ReceiptOutcome | None:
    """接收, 退回 or 处理中 in the words that partners use for them."""
    folded = unicodedata.normalize("NFKC", text).strip(" 。.!！√").lower()
    return _OUTCOMES.get(folded)


@dataclass(frozen=True, slots=True)
class SentVersion:
    """What we know of a version: its record's name, how it stands, the batch it lies in."""

    label: str
    state: ItemState
    number: str


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A row and what becomes of it; `known` is the record it is about; `other` the row that says the same, or another thing."""

    answer: PartnerAnswer
    finding: RowFinding
    known: SentVersion | None = None
    other: int = 0
    versions: tuple[str, ...] = ()


def contradictions(answers: Iterable[PartnerAnswer]) -> tuple[dict[str, PartnerAnswer], dict[str, PartnerAnswer]]:
    """The first row of each version that the answers speak of, and the first that says another thing of it than that row."""
    first: dict[str, PartnerAnswer] = {}
    against: dict[str, PartnerAnswer] = {}
    for answer in answers:
        if not answer.identity or answer.outcome is None:
            continue
        before = first.setdefault(answer.identity, answer)
        if before.outcome is not answer.outcome:
            against.setdefault(answer.identity, answer)
    return first, against


def other_row(
    answer: PartnerAnswer, finding: RowFinding, first: Mapping[str, PartnerAnswer], against: Mapping[str, PartnerAnswer]
) -> int:
    """The row that says the same thing before `answer`, or another thing; 0 where there is none to name."""
    if finding not in (RowFinding.REPEATED, RowFinding.CONTRADICTORY):
        return 0
    named = first[answer.identity]
    if finding is RowFinding.CONTRADICTORY and named.outcome is answer.outcome:
        named = against[answer.identity]
    return named.row


def find(
    answer: PartnerAnswer, known: SentVersion | None, *, contradicted: bool, repeated: bool, other_version: bool
) -> RowFinding:
    """What becomes of one row."""
    if not answer.broken and answer.identity and not answer.result.strip():
        return RowFinding.BLANK
    if answer.broken or not answer.identity or answer.outcome is None:
        return RowFinding.UNREADABLE
    if known is None:
        return RowFinding.OTHER_VERSION if other_version else RowFinding.UNKNOWN
    if contradicted:
        return RowFinding.CONTRADICTORY
    if repeated:
        return RowFinding.REPEATED
    decided = decide_receipt(known.state, answer.outcome)
    if isinstance(decided, Note):
        return RowFinding.SAME if decided is Note.REPEATED else RowFinding.LATE
    return RowFinding(answer.outcome)
