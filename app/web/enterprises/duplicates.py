"""疑似重复: the pairs that wait or were decided, what agrees and what differs, decisions for one and for many, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.lists import controls
from app.doors.lists.bulk import BulkButton, BulkForm
from app.doors.lists.columns import TableColumn
from app.doors.lists.listed import Listed
from app.doors.lists.query import ListQuery
from app.doors.lists.view import ListView
from app.doors.pages.render import safe_next
from app.enterprises import actions
from app.enterprises.duplicates import service
from app.enterprises.duplicates.domain.evidence import WORDS, favours
from app.enterprises.duplicates.domain.records import StatedFirm
from app.enterprises.duplicates.lists import DUPLICATES, LIKELIEST, DuplicateReason, list_decided
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.service import DuplicateDecision
from app.enterprises.duplicates.stated import list_stated
from app.enterprises.models import Enterprise
from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.errors import Invalid
from app.kit.i18n import N_, _
from app.kit.lists.filters import number_in
from app.kit.lists.viewer import Viewer
from app.kit.membership import one_of
from app.kit.money import format_wan
from app.kit.permissions import can
from app.reference.queries import list_region_names
from app.web.shared.duplicate_words import reason_words
from app.web.shared.list_controls import REGION

router = GuardedRouter(door="web", prefix="/enterprises/duplicates")

BASE = "/enterprises/duplicates"
DECISIONS = {
    DuplicateDecision.SAME: N_("同一家（待合并）"),
    DuplicateDecision.RELATED: N_("有关联"),
    DuplicateDecision.DIFFERENT: N_("不是同一家"),
}
REASONS = {
    DuplicateReason.CODE: N_("代码相同或只差一两位"),
    DuplicateReason.FORMER: N_("曾用名"),
    DuplicateReason.NAME: N_("名称相同"),
    DuplicateReason.SLIP: N_("名称相近（同音、形近、简称等）"),
    DuplicateReason.PHONE: N_("联系电话相同"),
    DuplicateReason.PERSON: N_("法定代表人相同"),
    DuplicateReason.ADDRESS: N_("注册地址相同"),
}
SCORES = {"95": N_("95% 及以上"), "80": N_("80% 及以上"), "65": N_("65% 及以上")}


@dataclass(frozen=True)
class PairField:
    """One fact of both firms, and whether it speaks for one firm (`good`), for two (`late`) or for neither."""

    label: str
    one: str
    other: str
    speaks: str


@dataclass(frozen=True)
class DuplicateLine:
    """Two firms side by side; `agree` and `differ` say why they are, or may not be, one."""

    pair: DuplicatePair
    percent: int
    firms: tuple[StatedFirm, StatedFirm]
    places: tuple[str, str]
    agree: tuple[str, ...]
    differ: tuple[str, ...]
    fields: tuple[PairField, ...]
    decision: str

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called."""
        return self.firms[0].name, self.firms[1].name


@dataclass(frozen=True)
class JustDecided:
    """What was said a moment ago and of which pairs, to be taken back; `back` is where one goes then."""

    ids: tuple[int, ...]
    text: str
    back: str


@dataclass(frozen=True)
class DuplicatesPage:
    """The pairs that wait or were decided, and the search for more; `beside` is what the address of two firms side by side ends in."""

    list: Listed[DuplicatePair, DuplicateLine]
    bulk: BulkForm
    just: JustDecided | None
    sweep: Job | None
    under_way: bool
    may_decide: bool
    decisions: tuple[tuple[str, str], ...]
    waits: bool
    here: str
    beside: str


def _lines(viewer: Viewer, rows: Sequence[DuplicatePair]) -> Sequence[DuplicateLine]:
    firms = _firms(viewer, rows)
    places = list_region_names(viewer.session, sorted({firm.region_code for firm in firms.values()} - {""}))
    return [_line(row, firms[row.one_id], firms[row.other_id], places) for row in rows]


def _firms(viewer: Viewer, rows: Sequence[DuplicatePair]) -> dict[int, StatedFirm]:
    ids = {key for row in rows for key in (row.one_id, row.other_id)}
    return {firm.key: firm for firm in list_stated(viewer.session, one_of(Enterprise.id, ids))}


def _line(pair: DuplicatePair, one: StatedFirm, other: StatedFirm, places: dict[str, str]) -> DuplicateLine:
    agree, differ = reason_words(pair.observed)
    return DuplicateLine(
        pair=pair,
        percent=pair.score_e4 // 100,
        firms=(one, other),
        places=(places.get(one.region_code, one.region_code), places.get(other.region_code, other.region_code)),
        agree=agree,
        differ=differ,
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
    sort=LIKELIEST,
    also=("done",),
    controls=(
        controls.select("decided", N_("判断"), DECISIONS, blank=N_("等待判断")),
        controls.select("score", N_("可能性"), SCORES),
        controls.select("reason", N_("理由"), REASONS),
        REGION,
        controls.hidden("imported", lambda said, _viewer, _query: _("第 %(n)s 次导入新建的企业") % {"n": said}),
    ),
    columns=(
        TableColumn(N_("可能性"), lambda line: line.percent, sort=LIKELIEST, number=True),
        TableColumn(N_("企业"), lambda line: line.names[0], sort="name"),
        TableColumn(N_("另一条登记"), lambda line: line.names[1]),
        TableColumn(N_("理由"), lambda line: line.agree),
        TableColumn(N_("发现"), lambda line: line.pair.found_at, sort="-found"),
    ),
)
BULK = BulkForm(
    f"{BASE}/decide/{DuplicateDecision.DIFFERENT}",
    "duplicates",
    N_("勾选后一次判断多对；判断之后可以撤销"),
    (
        BulkButton(N_("不是同一家")),
        BulkButton(N_("有关联"), f"{BASE}/decide/{DuplicateDecision.RELATED}"),
    ),
)


@router.get("", action=actions.LIST)
def duplicates_page(call: Call, query: Annotated[ListQuery, LIST.asked]) -> Response:
    """The pairs of the officer's region that wait, or of one decision."""
    sweep = service.find_last_sweep(call.session, call.actor.region_prefix)
    here = query.address(BASE, done="")
    page = DuplicatesPage(
        list=LIST.listed(query.changed(done=""), call.viewer),
        bulk=BULK,
        just=just_decided(call.viewer, query["done"], here),
        sweep=sweep,
        under_way=sweep is not None and sweep.state in (JobState.QUEUED, JobState.RUNNING),
        may_decide=can(call.actor, actions.EDIT),
        decisions=tuple((str(code), _(label)) for code, label in DECISIONS.items()),
        waits=not query["decided"],
        here=here,
        beside=merge_address(0, here.partition("?")[2]).removeprefix(merge_address(0, "")),
    )
    return call.render("web/enterprises/duplicates.html", page)


def just_decided(viewer: Viewer, done: str, back: str) -> JustDecided | None:
    """What an address says was just decided: those of the pairs of which it still holds and that the reader sees."""
    rows = list_decided(viewer, _numbers(done.split("-")))
    if not rows:
        return None
    said = _(DECISIONS[DuplicateDecision(rows[0].decision)])
    if len(rows) > 1:
        text = _("已判断 %(n)s 对：%(what)s") % {"n": len(rows), "what": said}
    else:
        firms = _firms(viewer, rows)
        names = {"one": firms[rows[0].one_id].name, "other": firms[rows[0].other_id].name}
        text = _("已记住“%(one)s”与“%(other)s”：%(what)s") % {**names, "what": said}
    return JustDecided(tuple(row.id for row in rows), text, back)


def merge_address(pair_id: int, text: str) -> str:
    """Where two firms of a pair stand side by side, for somebody who goes through the queue `text`."""
    return f"{BASE}/{pair_id}/merge" + (f"?{urlencode({'queue': text})}" if text else "")


@router.post("/sweep", action=actions.EDIT)
def start(call: Call) -> Response:
    """Look through the register in the background."""
    return call.act(
        lambda: service.start_sweep(call.session, **call.by), BASE, good=_("已开始查重，完成后刷新本页即可看到。")
    )


@router.post("/{pair_id:int}/decide", action=actions.EDIT)
def decide(call: Call, pair_id: int) -> Response:
    """Same, related or different; said once, remembered."""

    def step() -> list[int]:
        said, was = _decision(str(call.form.get("decision") or "")), str(call.form.get("was") or "")
        return [service.decide(call.session, **call.by, pair_id=pair_id, decision=said, was=was).id]

    return call.act(step, _back(call), good=lambda done: _told_on_the_next_page(call, done))


@router.post("/decide/{decision}", action=actions.EDIT)
def decide_ticked(call: Call, decision: str) -> Response:
    """The same of all ticked pairs."""

    def step() -> list[int]:
        said, ids = _decision(decision), _numbers(call.form.getlist("pair"))
        return service.decide_all(call.session, **call.by, pair_ids=ids, decision=said)

    return call.act(step, _back(call), good=lambda done: _told_on_the_next_page(call, done))


@router.post("/{pair_id:int}/undo", action=actions.EDIT)
def undo(call: Call, pair_id: int) -> Response:
    """The pair waits again."""
    return call.act(
        lambda: service.undo(call.session, **call.by, pair_id=pair_id),
        _back(call),
        good=_("已撤销，这一对重新等待判断。"),
    )


@router.post("/undo", action=actions.EDIT)
def undo_ticked(call: Call) -> Response:
    """The pairs wait again."""
    return call.act(
        lambda: service.undo_all(call.session, **call.by, pair_ids=_numbers(call.form.getlist("pair"))),
        _back(call),
        good=lambda done: _("已撤销，%(n)s 对重新等待判断。") % {"n": len(done)},
    )


def _decision(said: str) -> DuplicateDecision:
    if said not in set(DuplicateDecision):
        raise Invalid("duplicates.decision", _("请选择一种判断。"))
    return DuplicateDecision(said)


def _numbers(texts: Sequence[object]) -> set[int]:
    return {number for text in texts if (number := number_in(str(text))) is not None}


def _back(call: Call) -> str:
    return safe_next(str(call.form.get("next") or call.form.get("back") or ""), BASE)


def _told_on_the_next_page(call: Call, done: list[int]) -> Response:
    """On to the next page, which says what was decided and offers to take it back."""
    if not done:
        return call.redirect(_back(call), info=_("这些都已由他人判断过，没有改动。"))
    url = _back(call)
    return call.redirect(f"{url}{'&' if '?' in url else '?'}done={'-'.join(map(str, done))}")
