"""预检: what blocks the records of a batch and what is advisable, each with where it is mended; then the batch is made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from starlette.datastructures import FormData
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.downloads import download_workbook
from app.doors.calls.router import GuardedRouter
from app.doors.lists.query import ListQuery, asked
from app.exchange.actions import HAND_OVER
from app.exchange.handovers.domain import BASIS_LABELS, BatchBasis
from app.exchange.handovers.preview import BatchPreview, preview_batch
from app.exchange.handovers.schemas import PrepareHandover
from app.exchange.handovers.service.ordering import scope_of
from app.exchange.handovers.service.preparing import start_handover
from app.exchange.handovers.service.selecting import RecordSelection
from app.exchange.preflight.domain import BLOCKING, FINDING_LABELS, FindingCount, Mend, MendKind, RecordFindings
from app.kit.i18n import _
from app.web.exchange.handover_new import QUERY
from app.web.exchange.lines import record_url, resource_title
from app.web.exchange.tabs import ExchangeTab, exchange_tabs

router = GuardedRouter(door="web", prefix="/exchange/handovers")

#: So many records are shown; the export has them all.
SHOWN = 200
#: Pages of a firm's record on which something is mended, by the section that a finding names.
_SECTIONS = {
    "figures": "/figures",
    "properties": "/properties",
    "certificates": "/certificates",
    "code": "/confirm-code",
    "standing": "/compliance",
}


@dataclass(frozen=True)
class FindingLine:
    """One thing found: in words, with the way to mend it."""

    words: str
    url: str


@dataclass(frozen=True)
class RecordLine:
    """One record and what was found about it."""

    key: str
    label: str
    url: str
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True)
class TallyLine:
    """One finding in one field, and how many records have it."""

    badge: str
    label: str
    field: str
    records: int


@dataclass(frozen=True)
class PreflightPage:
    """The report, and the order that follows it."""

    tabs: tuple[ExchangeTab, ...]
    title: str
    basis: str
    command: PrepareHandover
    keys: str
    checked: int
    ready: int
    blocked_count: int
    advised_count: int
    unseen: int
    tallies: tuple[TallyLine, ...]
    blocked: tuple[RecordLine, ...]
    advised: tuple[RecordLine, ...]
    back: str


@router.get("/preflight", action=HAND_OVER)
def preflight(call: Call, query: Annotated[ListQuery, asked(QUERY)]) -> Response:
    """What has changed, or everything, looked at; chosen records are picked first."""
    if query["basis"] not in (BatchBasis.CHANGED, BatchBasis.ALL):
        return call.redirect(query.address(basis=BatchBasis.CHOSEN))
    command = PrepareHandover(
        partner=query["partner"],
        resource=query["resource"],
        basis=BatchBasis(query["basis"]),
        programme=query["programme"] if query["resource"] == "cases" else "",
    )
    return _report(call, command)


@router.post("/preflight", action=HAND_OVER, reads_only=True)
def preflight_chosen(call: Call) -> Response:
    """The records that were picked, looked at."""
    command = _command(call.form)
    if not command.keys:
        url = QUERY.saying(partner=command.partner, resource=command.resource, basis=BatchBasis.CHOSEN).address()
        return call.redirect(url, bad=_("请先勾选要报送的记录。"))
    return _report(call, command)


@router.post("/preflight/export", action=HAND_OVER, reads_only=True)
def export(call: Call) -> Response:
    """Every finding as a row."""
    command = _command(call.form)
    scope = scope_of(call.session, call.actor, command)
    found = preview_batch(call.session, scope, command.basis, call.on)
    header = [_("记录编号"), _("名称"), _("结论"), _("问题"), _("对方字段"), _("说明")]
    return download_workbook(call.request, _("报送预检"), _rows(found), header)


@router.post("/new", action=HAND_OVER)
def start(call: Call) -> Response:
    """Make the batch in the background."""
    command = _command(call.form)
    return call.act(
        lambda: start_handover(call.session, **call.by, command=command),
        QUERY.saying(partner=command.partner, resource=command.resource).address(),
        good=lambda made: call.redirect(f"/exchange/handovers/{made.number}"),
    )


def _command(form: FormData) -> PrepareHandover:
    picked = [str(form.get("keys") or "").split(), (str(key) for key in form.getlist("key"))]
    keys = tuple(dict.fromkeys(key for some in picked for key in some))
    basis = str(form.get("basis") or "")
    return PrepareHandover(
        partner=str(form.get("partner") or ""),
        resource=str(form.get("resource") or ""),
        basis=BatchBasis(basis) if basis in (BatchBasis.CHANGED, BatchBasis.ALL) else BatchBasis.CHOSEN,
        programme=str(form.get("programme") or ""),
        keys=keys,
    )


def _report(call: Call, command: PrepareHandover) -> Response:
    scope = scope_of(call.session, call.actor, command)
    found = preview_batch(call.session, scope, command.basis, call.on)
    return call.render("web/exchange/preflight.html", _page(scope, command, found))


def _page(scope: RecordSelection, command: PrepareHandover, found: BatchPreview) -> PreflightPage:
    report, partner = found.report, scope.partner
    query = QUERY.saying(
        partner=command.partner, resource=command.resource, programme=command.programme, basis=command.basis
    )
    blocked = [record for record in report.records if record.blocks]
    advised = [record for record in report.records if not record.blocks]
    return PreflightPage(
        tabs=exchange_tabs("handovers"),
        title=f"{resource_title(partner, command.resource)} · {partner.name}",
        basis=_(BASIS_LABELS[command.basis]),
        command=command,
        keys=" ".join(command.keys),
        checked=report.checked,
        ready=report.checked - report.blocked,
        blocked_count=report.blocked,
        advised_count=report.advised,
        unseen=found.unseen,
        tallies=tuple(_tally(tally, scope) for tally in report.tallies()),
        blocked=_lines(command.resource, blocked[:SHOWN]),
        advised=_lines(command.resource, advised[:SHOWN]),
        back=query.address(),
    )


def _tally(tally: FindingCount, scope: RecordSelection) -> TallyLine:
    badge = "late" if tally.code in BLOCKING else "wait"
    return TallyLine(badge, _(FINDING_LABELS[tally.code]), field_title(scope, tally.field), tally.records)


def field_title(scope: RecordSelection, path: str) -> str:
    """What the partner's definition calls a field, `figures.year` inside a list included."""
    if not path:
        return ""
    titles, fields = [], scope.plan.definition.fields
    for name in path.split("."):
        field = next((one for one in fields if one.name == name), None)
        if field is None:
            return path
        titles.append(str(field.title))
        fields = field.fields
    return " · ".join(titles)


def _lines(resource: str, records: Sequence[RecordFindings]) -> tuple[RecordLine, ...]:
    return tuple(
        RecordLine(
            key=record.key,
            label=record.label or record.key,
            url=record_url(resource, record.key, None),
            findings=tuple(FindingLine(one.words, mend_url(one.mend)) for one in record.findings),
        )
        for record in records
    )


def mend_url(mend: Mend) -> str:
    """The page on which a finding is mended; "" where there is none."""
    if mend.kind is MendKind.ENTERPRISE:
        return f"/enterprises/{mend.key}{_SECTIONS.get(mend.section, '')}"
    if mend.kind is MendKind.CASE:
        return f"/cases/{mend.key}"
    if mend.kind is MendKind.CODES:
        return f"/exchange/dictionary?resource={mend.key}"
    return record_url(mend.section, mend.key, None)


def _rows(found: BatchPreview) -> Iterator[list[str]]:
    for record in found.report.records:
        verdict = _("不能报送") if record.blocks else _("建议补充")
        for one in record.findings:
            yield [record.key, record.label, verdict, _(FINDING_LABELS[one.code]), one.field, one.words]
