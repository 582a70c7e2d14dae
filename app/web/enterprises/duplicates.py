"""疑似重复: two records side by side, what agrees and what differs, three decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.render import safe_next
from app.enterprises import actions
from app.enterprises.duplicates import service
from app.enterprises.duplicates.domain.comparison import reasons_of
from app.enterprises.duplicates.domain.evidence import WORDS, favours
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.lists import DUPLICATES
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.service import DuplicateDecision
from app.enterprises.duplicates.stated import list_stated
from app.enterprises.models import Enterprise
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.lists.viewer import Viewer
from app.kit.membership import one_of
from app.kit.money import format_wan
from app.kit.permissions import can
from app.reference.queries import list_region_names

router = GuardedRouter(door="web", prefix="/enterprises/duplicates")

BASE = "/enterprises/duplicates"
DECISIONS = {
    DuplicateDecision.SAME: N_("同一家（待合并）"),
    DuplicateDecision.RELATED: N_("有关联"),
    DuplicateDecision.DIFFERENT: N_("不是同一家"),
}


@dataclass(frozen=True)
class PairField:
    """One fact of both firms, and whether it speaks for one firm (`good`), for two (`late`) or for neither."""

    label: str
    one: str
    other: str
    speaks: str


@dataclass(frozen=True)
class DuplicateLine:
    """Two firms side by side."""

    pair: DuplicatePair
    percent: int
    names: tuple[str, str]
    urls: tuple[str, str]
    reasons: tuple[str, ...]
    fields: tuple[PairField, ...]
    decision: str


@dataclass(frozen=True)
class DuplicatesPage:
    """The pairs that wait or were decided, and the search for more."""

    list: Listed[DuplicatePair, DuplicateLine]
    sweep: Job | None
    under_way: bool
    may_decide: bool
    decisions: tuple[tuple[str, str], ...]
    here: str


def _lines(viewer: Viewer, rows: Sequence[DuplicatePair]) -> Sequence[DuplicateLine]:
    ids = {key for row in rows for key in (row.one_id, row.other_id)}
    firms = {firm.key: firm for firm in list_stated(viewer.session, one_of(Enterprise.id, ids))}
    places = list_region_names(viewer.session, sorted({firm.region_code for firm in firms.values()} - {""}))
    return [_line(row, firms[row.one_id], firms[row.other_id], places) for row in rows]


def _line(pair: DuplicatePair, one: StatedFirm, other: StatedFirm, places: dict[str, str]) -> DuplicateLine:
    return DuplicateLine(
        pair=pair,
        percent=pair.score_e4 // 100,
        names=(one.name, other.name),
        urls=(f"/enterprises/{one.code}", f"/enterprises/{other.code}"),
        reasons=tuple(_(WORDS[reason]) for reason in reasons_of(pair.observed)),
        fields=tuple(
            PairField(label, mine, yours, _speaks(kind, pair.observed.get(kind, "unknown")))
            for (label, kind, mine), (_label, _kind, yours) in zip(
                _told(one, places), _told(other, places), strict=True
            )
        ),
        decision=_(DECISIONS[DuplicateDecision(pair.decision)]) if pair.decision else "",
    )


def _told(firm: StatedFirm, places: dict[str, str]) -> list[tuple[str, str, str]]:
    """What stands of a firm, each fact with the kind of evidence that it gives."""
    return [
        (_("企业名称"), "name", firm.name),
        (_("统一社会信用代码"), "code", firm.code),
        (_("曾用名"), "", "；".join(firm.former_names)),
        (_("注册日期"), "registered", firm.registered_on.isoformat() if firm.registered_on else ""),
        (_("企业类型"), "form", firm.kind),
        (_("法定代表人"), "representative", firm.representative),
        (_("注册资本"), "capital", f"{format_wan(firm.capital_fen)} {_('万元')}" if firm.capital_fen else ""),
        (_("所在区域"), "region", places.get(firm.region_code, firm.region_code)),
        (_("注册地址"), "address", firm.address),
        (_("联系电话"), "phone", "；".join(firm.phones)),
    ]


def _speaks(kind: str, level: str) -> str:
    if not kind or level == "unknown":
        return ""
    return "good" if favours(kind, level) else "late" if f"{kind}.{level}" in WORDS else ""


LIST = ListView(
    base=BASE,
    source=DUPLICATES,
    lines=_lines,
    title=N_("疑似重复"),
    sort="likeliest",
    controls=(
        controls.select("decided", N_("判断"), DECISIONS, blank=N_("等待判断")),
        controls.hidden("imported", lambda said, _viewer, _query: _("第 %(n)s 次导入新建的企业") % {"n": said}),
    ),
)


@router.get("", action=actions.LIST)
def duplicates_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The pairs of the officer's region that wait, or of one decision."""
    sweep = service.find_last_sweep(call.session, call.actor.region_prefix)
    page = DuplicatesPage(
        list=LIST.listed(query, call.viewer),
        sweep=sweep,
        under_way=sweep is not None and sweep.state in (JobState.QUEUED, JobState.RUNNING),
        may_decide=can(call.actor, actions.EDIT),
        decisions=tuple((str(code), _(label)) for code, label in DECISIONS.items()),
        here=query.address(BASE),
    )
    return call.render("web/enterprises/duplicates.html", page)


@router.post("/sweep", action=actions.EDIT)
def start(call: Call) -> Response:
    """Look through the register in the background."""
    return call.act(
        lambda: service.start_sweep(call.session, **call.by), BASE, good=_("已开始查重，完成后刷新本页即可看到。")
    )


@router.post("/{pair_id:int}/decide", action=actions.EDIT)
def decide(call: Call, pair_id: int) -> Response:
    """Same, related or different; said once, remembered."""

    def step() -> None:
        said = str(call.form.get("decision") or "")
        if said not in set(DuplicateDecision):
            raise Invalid("duplicates.decision", _("请选择一种判断。"))
        service.decide(call.session, **call.by, pair_id=pair_id, decision=DuplicateDecision(said))

    return call.act(step, _back(call), good=_("已记住这一判断，可在“判断”中查看或撤销。"))


@router.post("/{pair_id:int}/undo", action=actions.EDIT)
def undo(call: Call, pair_id: int) -> Response:
    """The pair waits again."""
    return call.act(
        lambda: service.undo(call.session, **call.by, pair_id=pair_id),
        _back(call),
        good=_("已撤销，这一对重新等待判断。"),
    )


def _back(call: Call) -> str:
    return safe_next(str(call.form.get("next") or ""), BASE)
