"""The words of an import: kinds of list, states of a run, outcomes of a row, decisions of a person."""

import enum

from app.kit.i18n import N_

BATCH = 500
PREVIEW_ROWS = 20


class ImportKind(enum.StrEnum):
    """What a file is asked for: anything that its sheets hold, or only firms, or only their yearly figures."""

    WORKBOOK = "workbook"
    ENTERPRISES = "enterprises"
    FIGURES = "figures"


KIND_LABELS = {
    ImportKind.WORKBOOK: N_("整本台账"),
    ImportKind.ENTERPRISES: N_("企业名单"),
    ImportKind.FIGURES: N_("年度数据"),
}


class ImportState(enum.StrEnum):
    """Where an import stands; while it runs, its job knows how far it is."""

    UPLOADED = "uploaded"
    STARTED = "started"
    FINISHED = "finished"
    ABANDONED = "abandoned"
    UNDOING = "undoing"
    UNDONE = "undone"


class RowOutcome(enum.StrEnum):
    """What became of a row; the order is that of the result line."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"
    QUEUED = "queued"
    REJECTED = "rejected"


OUTCOME_LABELS = {
    RowOutcome.CREATED: N_("新建"),
    RowOutcome.CHANGED: N_("更新"),
    RowOutcome.UNCHANGED: N_("无变化"),
    RowOutcome.DIFFERS: N_("有差异"),
    RowOutcome.QUEUED: N_("待确认"),
    RowOutcome.REJECTED: N_("未导入"),
}
#: Outcomes that wait for a person, those of rows about a firm or year on file, and those whose row is kept as it came.
OPEN = (RowOutcome.DIFFERS, RowOutcome.QUEUED)
TAKEN = (RowOutcome.CREATED, RowOutcome.CHANGED, RowOutcome.UNCHANGED, RowOutcome.DIFFERS)
KEPT_RAW = (RowOutcome.DIFFERS, RowOutcome.QUEUED, RowOutcome.REJECTED)


class RowDecision(enum.StrEnum):
    """What a person decided about a waiting row."""

    NONE = ""
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    SETTLED = "settled"
    SUPERSEDED = "superseded"
