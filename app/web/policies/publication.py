"""政策 · 发布本局版本: the numbers tried in a what-if become a version of the bureau, by a document, from a day on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound, empty
from app.kit.differences import SectionChanges
from app.kit.errors import Forbidden, Invalid
from app.kit.i18n import _
from app.policies.actions import PUBLISH
from app.policies.differences import compare
from app.policies.domain.language.builder import PolicyFileError
from app.policies.domain.language.drafts import Changes, changed, draft_policy, numbers
from app.policies.models import PolicyVersion
from app.policies.places import jurisdiction_of
from app.policies.queries import get_catalogue, get_version, policy_of
from app.policies.schemas import PublishInput
from app.policies.service.publishing import publish_version
from app.policies.whatif.scenario import NUMBER, read_scenario
from app.web.shared.policy_words import place_names, version_url
from app.web.whatif.pages import FlipFilter

router = GuardedRouter(door="web", prefix="/policies/{code}/{jurisdiction}/{version}/publish")


@dataclass(frozen=True)
class PublishPage:
    """The numbers that would change, for whom, and the form of what the version rests on."""

    code: str
    title: str
    version: str
    version_url: str
    what_if: str
    place: str
    sections: tuple[SectionChanges, ...]
    numbers: tuple[tuple[str, str], ...]
    form: Bound[Any]
    action: str


@router.get("", action=PUBLISH)
def publish_page(call: Call, code: str, jurisdiction: str, version: str) -> Response:
    """The form; the numbers come with the address."""
    row = get_version(call.session, code, jurisdiction, version)
    return _show(call, row, dict(call.request.query_params), empty())


@router.post("", action=PUBLISH)
def publish(call: Call, code: str, jurisdiction: str, version: str) -> Response:
    """Publish the version; refusals are shown on the form."""
    row = get_version(call.session, code, jurisdiction, version)
    given = {name: str(value) for name, value in call.form.items() if name.startswith(NUMBER)}
    changes = _changes(call.session, row, given)
    return call.submit(
        PublishInput,
        lambda data: publish_version(call.session, **call.by, base=row, changes=changes, data=data),
        done=lambda done: call.redirect(
            version_url(done), good=_("新版本已发布，从 %(day)s 起适用。") % {"day": done.effective_from}
        ),
        again=lambda bound: _show(call, row, given, bound),
    )


def _changes(session: Session, row: PolicyVersion, given: Mapping[str, str]) -> Changes:
    """The numbers that differ from the version's. Raises `Invalid` where one cannot be read or the bands do not fit."""
    data = yaml.safe_load(row.text)
    scenario = read_scenario(policy_of(session, row), numbers(data), {}, given)
    if scenario.errors:
        raise Invalid("policies.numbers", _("有的数值不能识别，请回到假设推演修改。"))
    try:
        draft_policy(changed(data, scenario.changes), get_catalogue(session))
    except PolicyFileError:
        raise Invalid("policies.numbers", _("分档不再衔接，请回到假设推演修改。")) from None
    return scenario.changes


def _show(call: Call, row: PolicyVersion, given: Mapping[str, str], form: Bound[Any]) -> Response:
    policy = policy_of(call.session, row)
    place = jurisdiction_of(call.actor, policy)
    if place is None:
        raise Forbidden("permission.denied", _("这项政策不适用于您的辖区。"))
    changes = _changes(call.session, row, given)
    draft = draft_policy(changed(yaml.safe_load(row.text), changes), get_catalogue(call.session))
    fields = {NUMBER + key: quantity.text for key, quantity in changes.items()}
    page = PublishPage(
        code=row.code,
        title=str(policy.title),
        version=row.version,
        version_url=version_url(row),
        what_if=FlipFilter(f"{version_url(row)}/what-if", fields).url(),
        place=place_names(call.session, [place])[place],
        sections=tuple(section for section in compare(policy, draft) if section.changes),
        numbers=tuple(fields.items()),
        form=form,
        action=f"{version_url(row)}/publish",
    )
    return call.render("web/policies/publish.html", page)
