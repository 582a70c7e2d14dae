"""What a reconciliation is about: where their side comes from, how far a run is, what a line says. Pure."""

from enum import StrEnum

from app.kit.i18n import N_


class ComparisonSource(StrEnum):
    """Where their side comes from: their list over HTTP, or a file they handed us."""

    PULL = "pull"
    FILE = "file"


class ComparisonState(StrEnum):
    """How far a run is. Only a finished one has lines."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"


class LineKind(StrEnum):
    """Why a record does not agree. `unreadable` is a row of theirs that is no record: nothing was compared with it."""

    DIFFERING = "differing"
    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"
    UNREADABLE = "unreadable"


class RowProblem(StrEnum):
    """Why a row of theirs cannot be read."""

    NO_KEY = "no_key"
    INEXACT_KEY = "inexact_key"
    REPEATED = "repeated"
    NO_RECORD = "no_record"
    BROKEN = "broken"


#: What can be queued for the next hand-over: a new version of ours, or a tombstone.
QUEUEABLE = (LineKind.DIFFERING, LineKind.ONLY_HERE, LineKind.ONLY_THERE)

SOURCE_LABELS = {ComparisonSource.PULL: N_("对方接口"), ComparisonSource.FILE: N_("对方文件")}
STATE_LABELS = {
    ComparisonState.RUNNING: N_("对账中"),
    ComparisonState.FINISHED: N_("对账完成"),
    ComparisonState.FAILED: N_("对账失败"),
    ComparisonState.CANCELLED: N_("对账已停止"),
}
KIND_LABELS = {
    LineKind.DIFFERING: N_("内容不同"),
    LineKind.ONLY_HERE: N_("只有我方有"),
    LineKind.ONLY_THERE: N_("只有对方有"),
    LineKind.UNREADABLE: N_("对方数据读不出"),
}
PROBLEM_LABELS = {
    RowProblem.NO_KEY: N_("没有填写标识字段"),
    RowProblem.INEXACT_KEY: N_("标识被存成数字，末几位已丢失；请对方按文本格式重新导出"),
    RowProblem.REPEATED: N_("与前面的一行标识相同，只比对了前一行"),
    RowProblem.NO_RECORD: N_("这一行不是一条记录"),
    RowProblem.BROKEN: N_("这一行已损坏，读不出各列"),
}
