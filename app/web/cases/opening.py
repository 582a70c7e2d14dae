"""Opening a case, and the receipt that alone shows the query code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field, field_validator
from starlette.responses import Response

from app.accounts.queries import list_active_officers
from app.cases import actions
from app.cases.schemas import OpenCase
from app.cases.service.opening import open_case
from app.cases.service.renewing import open_renewed
from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, bind, empty
from app.doors.lists.controls import Choices
from app.enterprises.models import Enterprise
from app.enterprises.queries import find_by_uscc_visible_to, gone_words
from app.kit.i18n import _
from app.programmes.models import ProgrammeRound
from app.programmes.queries import list_rounds, load_catalogue
from app.programmes.words import round_title
from app.web.cases.receipt import receipt_page

router = GuardedRouter(door="web", prefix="/cases")

_YEAR = re.compile(r"20\d\d|2100")


class NewCaseForm(BaseModel):
    """A case as typed: the firm by its code."""

    uscc: str = Field(min_length=1, max_length=40)
    programme: str = Field(min_length=1, max_length=48)
    year: Annotated[int, Field(ge=2000, le=2100)]
    round: str = Field(default="", max_length=60)
    officer_id: int | None = None
    renews: bool = False
    gone_reason: str = Field(default="", max_length=500)


class Begun(BaseModel):
    """What of the form decides about its lists, as texts."""

    uscc: str = ""
    programme: str = ""
    year: str = ""
    round: str = ""
    officer_id: str = ""
    gone_reason: str = ""

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        return value[:60].replace("\x00", "") if isinstance(value, str) else value


@dataclass(frozen=True)
class NewCasePage:
    """The form that opens a case: rounds of the chosen programme and year only, officers who may lead the firm's case."""

    form: Bound[NewCaseForm]
    firm: Enterprise | None
    programmes: Choices
    rounds: Choices
    round_hint: str
    officers: Choices
    gone: str


@router.get("/new", action=actions.OPEN)
def new_page(call: Call, enterprise: str = "", programme: str = "") -> Response:
    """The form that opens a case, for a firm and a programme when the address names them."""
    raw = {
        "uscc": enterprise,
        "programme": programme,
        "year": call.on.year,
        "officer_id": call.actor.id,
        "renews": "1",
    }
    return call.render("web/cases/new.html", _new_case_page(call, empty(raw)))


@router.get("/new/choices", action=actions.OPEN)
def choices_fragment(call: Call, begun: Annotated[Begun, Query()]) -> Response:
    """The lists that depend on firm, programme and year, again after one of these was chosen."""
    page = _new_case_page(call, empty(begun.model_dump()))
    return call.render("web/cases/_new_choices.html", page)


@router.post("/new", action=actions.OPEN)
def open_route(call: Call) -> Response:
    """Open the case and show its receipt, the only page that ever shows the query code."""
    bound = bind(NewCaseForm, call.form)
    firm = find_by_uscc_visible_to(call.session, call.actor, bound.model.uscc) if bound.model else None
    if bound.model and firm is None:
        bound.errors["uscc"] = [_("没有找到该企业，或它不在您的辖区内。")]
    return call.submit(
        bound,
        lambda given: (open_renewed if given.renews else open_case)(
            call.session, **call.by, command=_command(given, firm)
        ),
        done=lambda opened: call.render(
            "web/cases/receipt.html", receipt_page(call.session, opened.row, call.now, query_code=opened.query_code)
        ),
        again=lambda bound: call.render("web/cases/new.html", _new_case_page(call, bound)),
    )


def _command(given: NewCaseForm, firm: Enterprise | None) -> OpenCase:
    year, _dot, code = given.round.partition("/")
    return OpenCase(
        enterprise_id=firm.id if firm else 0,
        programme=given.programme,
        year=given.year,
        round=(code if year == str(given.year) else given.round) or None,
        officer_id=given.officer_id,
        gone_reason=given.gone_reason.strip(),
    )


def _new_case_page(call: Call, form: Bound[NewCaseForm]) -> NewCasePage:
    in_force = load_catalogue(call.session).in_force(call.on)
    typed, programme, year = (str(form.raw.get(name) or "") for name in ("uscc", "programme", "year"))
    firm = find_by_uscc_visible_to(call.session, call.actor, typed) if typed else None
    rounds = list_rounds(call.session, programme, int(year)) if _YEAR.fullmatch(year) else []
    officers = list_active_officers(call.session, actions.OPEN.roles, [firm.region_code] if firm else [])
    return NewCasePage(
        form=form,
        firm=firm,
        programmes=tuple((code, str(known.title)) for code, known in in_force.items()),
        rounds=tuple((f"{row.year}/{row.code}", round_title(row)) for row in rounds),
        round_hint=_round_hint(programme, rounds),
        officers=tuple((str(officer.id), officer.name) for officer in officers),
        gone=gone_words(call.session, firm) if firm else "",
    )


def _round_hint(programme: str, rounds: Sequence[ProgrammeRound]) -> str:
    if not programme:
        return _("选填；先选通道和年度，再列出其批次")
    return _("选填") if rounds else _("该通道该年度没有批次")
