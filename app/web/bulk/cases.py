"""批量办理: what is to be done with the chosen cases, who can and who cannot beforehand, and the order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from app.accounts.queries import list_active_officers
from app.cases.bulk.actions import BULK
from app.cases.bulk.schemas import MOST, ORDER, Order
from app.cases.bulk.service import MOST_CHECKED, CaseCheck, check_order, list_ordered, place_order
from app.cases.lists import CASES
from app.cases.models import CaseFile
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.casework.own_fields import FIELD, own_values
from app.doors.forms.bound import Bound, empty
from app.doors.lists.controls import Choices
from app.jobs.models import Job
from app.kit.actor import Actor
from app.kit.clock import today
from app.kit.errors import DomainError
from app.kit.i18n import N_, _, ngettext
from app.kit.lists.viewer import Viewer
from app.kit.permissions import EDITORS
from app.programmes.domain.definition import StageAction
from app.programmes.queries import Catalogue, load_catalogue
from app.reference.queries import list_terms
from app.web.bulk.choices import BulkChoice, choices_of, round_choices
from app.web.cases.list import LIST
from app.web.shared.case_lines import CaseLine, case_lines

router = GuardedRouter(door="web", prefix="/cases/bulk")

#: Fields of the order itself; every other name is a field of the step's form.
_OWN_FIELDS = frozenset({"on", "reason", "officer_id", "round", "what", "year", "due_on"})
OPERATIONS = {"move": N_("推进阶段"), "assign": N_("指定经办人"), "round": N_("调整批次"), "request": N_("请求材料")}


@dataclass(frozen=True)
class ChosenCases:
    """The cases that were chosen, as one field of a form, and the first of them as lines."""

    numbers: tuple[str, ...]
    back: str

    @property
    def field(self) -> str:
        """All numbers in one text."""
        return " ".join(self.numbers)


@dataclass(frozen=True)
class ChoosePage:
    """What can be done with the chosen cases."""

    chosen: ChosenCases
    steps: tuple[BulkChoice, ...]
    rounds: tuple[BulkChoice, ...]
    officers: Choices
    documents: Choices


@dataclass(frozen=True)
class ProspectLine:
    """A case and why not."""

    case: CaseLine
    refusal: str


@dataclass(frozen=True)
class BulkPreviewPage:
    """Who can and who cannot, before anything is done."""

    chosen: ChosenCases
    title: str
    kept: tuple[tuple[str, str], ...]
    form: Bound[Any]
    action: StageAction | None
    ready: tuple[ProspectLine, ...]
    refused: tuple[ProspectLine, ...]
    unseen: tuple[str, ...]
    ordered: str
    today: Any


@router.post("", action=BULK, reads_only=True)
def choose(call: Call) -> Response:
    """What can be done with the ticked cases, or with all of the filter."""
    chosen = chosen_cases(call.session, call.actor, call.now, call.form)
    if not chosen.numbers:
        return call.redirect(chosen.back, bad=_("请先勾选办件，再批量办理。"))
    if len(chosen.numbers) > MOST:
        text = _("一次最多办理 %(n)s 件，请先用筛选缩小范围。") % {"n": MOST}
        return call.redirect(chosen.back, bad=text)
    catalogue = load_catalogue(call.session)
    cases = list_ordered(call.session, call.actor, chosen.numbers[:MOST_CHECKED])
    page = ChoosePage(
        chosen=chosen,
        steps=choices_of(catalogue, cases, call.actor),
        rounds=round_choices(call.session, catalogue, cases),
        officers=officer_choices(call.session),
        documents=tuple((one.code, one.label) for one in list_terms(call.session, "document_kind")["document_kind"]),
    )
    return call.render("web/cases/bulk_choose.html", page)


@router.post("/preview", action=BULK, reads_only=True)
def preview(call: Call) -> Response:
    """Who can and who cannot; nothing is written."""
    chosen = chosen_cases(call.session, call.actor, call.now, call.form)
    if not chosen.numbers:
        return call.redirect(chosen.back, bad=_("请先勾选办件，再批量办理。"))
    return _preview(call, chosen)


@router.post("/order", action=BULK)
def order(call: Call) -> Response:
    """Hand exactly the cases that were shown as possible to the background work."""
    chosen = chosen_cases(call.session, call.actor, call.now, call.form)
    given = read_order(call.form).model
    if given is None:
        return _preview(call, chosen, status=422)

    def work() -> Job:
        title = _title(load_catalogue(call.session), given, len(chosen.numbers))
        return place_order(call.session, **call.by, order=given, numbers=chosen.numbers, title=title)

    return call.act(work, chosen.back, good=lambda job: call.redirect(f"/cases/bulk/{job.id}"))


def officer_choices(session: Session) -> Choices:
    """Everybody who may lead cases; whose region does not reach a case is told beside it."""
    return tuple((str(one.id), one.name) for one in list_active_officers(session, EDITORS))


def read_order(form: FormData) -> Bound[Any]:
    """The order of a form, or what is wrong with it beside its fields."""
    raw = {name: str(form.get(name) or "").strip() for name in form if name not in ("csrf_token", "once_token")}
    if raw.get("step"):
        raw["programme"], _colon, raw["action"] = raw["step"].partition(":")
    if raw.get("programme_round"):
        raw["programme"], _colon, raw["round"] = raw["programme_round"].partition(":")
    values = {code: value for code, value in own_values(raw).items() if value}
    given = {name: value for name, value in raw.items() if value}
    bound = empty(raw)
    try:
        bound.model = ORDER.validate_python({**given, "values": values})
    except ValidationError as error:
        bound.find_faults(error, lambda place: str(place[-1]) if len(place) > 1 else "")
    return bound


def chosen_cases(session: Session, actor: Actor, now: datetime, form: FormData) -> ChosenCases:
    """The ticked cases of this page and those kept from others, or every case of the filter."""
    query = LIST.model.of(str(form.get("filter") or ""))
    back = str(form.get("back") or "") or query.address()
    if form.get("which") == "all":
        viewer = Viewer(session, actor, today(now))
        numbers = CASES.values(viewer, LIST.wanted(query, viewer), CaseFile.number, LIST.order(query), MOST + 1)
        return ChosenCases(tuple(numbers), back)
    kept = str(form.get("numbers") or "").split()
    ticked = [str(value) for value in form.getlist("case")]
    return ChosenCases(tuple(dict.fromkeys([*kept, *ticked])), back if back.startswith("/") else "/cases")


def _preview(call: Call, chosen: ChosenCases, status: int = 200) -> Response:
    bound, catalogue = read_order(call.form), load_catalogue(call.session)
    cases = list_ordered(call.session, call.actor, chosen.numbers[:MOST_CHECKED])
    prospects: list[CaseCheck] = []
    if bound.model is not None:
        prospects = _foreseen(call, bound, bound.model, cases)
        _tell_form(bound, prospects, submitted=bool(call.form.get("checked")))
    lines = _lines(call.session, catalogue, prospects, call.now)
    ready = tuple(line for line in lines if not line.refusal)
    unseen = chosen.numbers[MOST_CHECKED:]
    action = _action(catalogue, bound)
    page = BulkPreviewPage(
        chosen=chosen,
        title=_title(catalogue, bound.model, len(chosen.numbers)) if bound.model else _("批量办理"),
        kept=_kept(bound.raw),
        form=bound,
        action=action,
        ready=ready,
        refused=tuple(line for line in lines if line.refusal),
        unseen=unseen,
        ordered=" ".join([*(line.case.number for line in ready), *unseen]),
        today=call.on,
    )
    return call.render("web/cases/bulk_preview.html", page, status=status)


def _foreseen(call: Call, bound: Bound[Any], order: Order, cases: Sequence[CaseFile]) -> list[CaseCheck]:
    """What the order would bring for each case; what is wrong with the order itself is told beside the form."""

    def refused(refusal: DomainError) -> list[CaseCheck]:
        bound.add(refusal)
        return []

    return call.attempt(
        lambda: check_order(call.session, **call.by, order=order, cases=cases),
        done=list,
        refused=refused,
        only=DomainError,
    )


def _tell_form(bound: Bound[Any], prospects: Sequence[CaseCheck], *, submitted: bool) -> None:
    """What every case lacks because the form lacks it is told beside the form's fields."""
    shared = next((one.fields for one in prospects if one.fields), {})
    if submitted:
        for name, message in shared.items():
            field = name if name in _OWN_FIELDS else f"{FIELD}{name}"
            bound.errors.setdefault(field, []).append(message)


def _lines(
    session: Session, catalogue: Catalogue, prospects: Sequence[CaseCheck], now: datetime
) -> tuple[ProspectLine, ...]:
    cases: list[CaseFile] = [one.case for one in prospects]
    found = case_lines(session, catalogue, cases, today(now))
    return tuple(ProspectLine(line, one.refusal) for line, one in zip(found, prospects, strict=True))


def _action(catalogue: Catalogue, bound: Bound[Any]) -> StageAction | None:
    if bound.raw.get("operation") != "move":
        return None
    known = catalogue.known().get(str(bound.raw.get("programme") or ""))
    return known.find_action(str(bound.raw.get("action") or "")) if known else None


def _kept(raw: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What was chosen before and goes along with the form."""
    names = ("operation", "programme", "action", "officer_id", "from_officer_id", "round", "back", "what")
    return tuple((name, str(raw[name])) for name in names if raw.get(name))


def _title(catalogue: Catalogue, order: Order, n: int) -> str:
    """What is ordered, in a line."""
    what = _(OPERATIONS[order.operation])
    if order.operation == "move":
        programme = catalogue.known().get(order.programme)
        action = programme.find_action(order.action) if programme else None
        what = str(action.label) if action else what
    count = ngettext("%(n)s 件", "%(n)s 件", n) % {"n": n}
    return _("批量办理 · %(what)s · %(count)s") % {"what": what, "count": count}
