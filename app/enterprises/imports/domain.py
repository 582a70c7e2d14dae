"""The words of an import: kinds of list, states of a run, outcomes of a row, decisions of a person."""

import enum

from app.kit.i18n import N_

BATCH = 500
PREVIEW_ROWS = 20


class ImportKind(enum.StrEnum):
    """What a list is about."""

    ENTERPRISES = "enterprises"
    FIGURES = "figures"


KIND_LABELS = {ImportKind.ENTERPRISES: N_("企业名单"), ImportKind.FIGURES: N_("年度数据")}


class RunState(enum.StrEnum):
    """Where an import stands; while it runs, its job knows how far it is."""

    UPLOADED = "uploaded"
    STARTED = "started"
    FINISHED = "finished"
    ABANDONED = "abandoned"


class Outcome(enum.StrEnum):
    """What became of a row; the order is that of the result line."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"
    QUEUED = "queued"
    REJECTED = "rejected"


OUTCOME_LABELS = {
    Outcome.CREATED: N_("新建"),
    Outcome.CHANGED: N_("更新"),
    Outcome.UNCHANGED: N_("无变化"),
    Outcome.DIFFERS: N_("有差异"),
    Outcome.QUEUED: N_("待确认"),
    Outcome.REJECTED: N_("未导入"),
}
#: Outcomes that wait for a person, those of rows about a firm or year on file, and those whose row is kept as it came.
OPEN = (Outcome.DIFFERS, Outcome.QUEUED)
TAKEN = (Outcome.CREATED, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.DIFFERS)
KEPT_RAW = (Outcome.DIFFERS, Outcome.QUEUED, Outcome.REJECTED)


class Decision(enum.StrEnum):
    """What a person decided about a waiting row."""

    NONE = ""
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    SETTLED = "settled"
    SUPERSEDED = "superseded"
