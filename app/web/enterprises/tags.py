"""The tags of a firm: which ones, since when, until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty, message_of
from app.enterprises import actions
from app.enterprises.schemas import TagInput
from app.enterprises.service.parts import PartChange
from app.enterprises.service.records import put_tags
from app.kit.i18n import _
from app.web.enterprises.head import EnterpriseHead, editable_firm, head_of

router = GuardedRouter(door="web", prefix="/enterprises")


@dataclass(frozen=True)
class TagRow:
    """One tag of the vocabulary with what was chosen for this firm."""

    code: str
    label: str
    chosen: bool
    granted_on: str
    expires_on: str


@dataclass(frozen=True)
class TagsPage:
    """The tags of a firm."""

    head: EnterpriseHead
    form: Bound[Any]
    rows: tuple[TagRow, ...]


@router.get("/{uscc}/tags", action=actions.EDIT)
def tags_page(call: Call, uscc: str) -> Response:
    firm = editable_firm(call.session, call.actor, uscc)
    head = head_of(call.session, call.actor, firm, call.now, "")
    chosen = {row.tag: (_day(row.granted_on), _day(row.expires_on)) for row in head.tag_rows}
    return _tags_page(call, head, chosen, empty())


@router.post("/{uscc}/tags", action=actions.EDIT)
def save_tags(call: Call, uscc: str) -> Response:
    firm = editable_firm(call.session, call.actor, uscc)
    chosen, bound = _read_tags(call.form)
    return call.submit(
        bound,
        lambda given: put_tags(PartChange(call.session, call.actor, firm, call.now), given),
        done=lambda _done: call.redirect(f"/enterprises/{firm.uscc}", good=_("标签已保存。")),
        again=lambda bound: _tags_page(call, head_of(call.session, call.actor, firm, call.now, ""), chosen, bound),
    )


def _read_tags(form: FormData) -> tuple[dict[str, tuple[str, str]], Bound[Any]]:
    """What was ticked, with the days written beside it."""
    chosen: dict[str, tuple[str, str]] = {}
    given: list[TagInput] = []
    bound: Bound[Any] = empty()
    for code in dict.fromkeys(str(value) for value in form.getlist("tag")):
        days = {name: str(form.get(f"{name}_{code}") or "").strip() for name in ("granted_on", "expires_on")}
        chosen[code] = (days["granted_on"], days["expires_on"])
        try:
            given.append(TagInput.model_validate({"tag": code} | {name: day for name, day in days.items() if day}))
        except ValidationError as error:
            for item in error.errors():
                bound.errors.setdefault(f"{item['loc'][0]}_{code}", []).append(message_of(item))
    bound.model = given
    return chosen, bound


def _tags_page(call: Call, head: EnterpriseHead, chosen: Mapping[str, tuple[str, str]], form: Bound[Any]) -> Response:
    rows = tuple(
        TagRow(code, label, code in chosen, *chosen.get(code, ("", ""))) for code, label in head.words.choices("tag")
    )
    return call.render("web/enterprises/tags.html", TagsPage(head, form, rows))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
