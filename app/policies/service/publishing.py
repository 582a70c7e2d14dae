"""Publishing a bureau's own version of a policy: the same rules with other numbers, by a document, from a day on.

It goes the way of every file: written as YAML, read by the strict loader, checked against the versions beside it; then
it is a row of origin `bureau` that never changes and that `yumiao seed` leaves alone.
"""

from copy import deepcopy
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from sqlalchemy.orm import Session

from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Invalid, SeedError
from app.kit.i18n import _
from app.kit.permissions import Place, require
from app.policies import events
from app.policies.actions import PUBLISH
from app.policies.catalogue import ReadPolicy, read
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language.drafts import Changes, Data, changed, items_in, parameters_in
from app.policies.domain.language.files import PolicyFile
from app.policies.domain.language.policy import Confidence
from app.policies.domain.language.succession import Edition, applying, area_of, conflicts, edition_of
from app.policies.models import PolicyVersion
from app.policies.places import jurisdiction_of
from app.policies.queries import get_catalogue, list_versions, policy_of
from app.policies.schemas import PublishInput
from app.policies.service.versions import version_row

MOST_REVISIONS = 99


def publish_version(
    session: Session, *, actor: Actor, base: PolicyVersion, changes: Changes, data: PublishInput, now: datetime
) -> PolicyVersion:
    """Publish `base` with some numbers changed, for the actor's area. Raises `Invalid`, `Forbidden`."""
    jurisdiction = _jurisdiction(session, actor, base)
    if not changes:
        raise Invalid("policies.nothing_changed", _("没有改动任何数值，不需要发布新版本。"))
    _check_first_day(base, data)
    item = _read(draft_data(session, base, changes, data, jurisdiction), get_catalogue(session))
    _check_succession(session, item)
    row = version_row(item, origin="bureau", now=now)
    session.add(row)
    session.flush()
    _note(session, actor, base, row, data, now)
    return row


def draft_data(session: Session, base: PolicyVersion, changes: Changes, data: PublishInput, jurisdiction: str) -> Data:
    """The new version as the data of a file: the changed numbers rest on the bureau's document."""
    family = [edition_of(row) for row in list_versions(session, base.code) if row.jurisdiction == jurisdiction]
    draft = changed(yaml.safe_load(base.text), changes)
    document = _free_name(draft)
    head: dict[str, Any] = {
        "jurisdiction": jurisdiction,
        "version": _version(family, data),
        "issued_by": {"zh": data.issued_by, "en": data.issued_by},
        "effective_from": data.effective_from,
    }
    for key in ("effective_to", "supersedes"):
        draft.pop(key, None)
    replaced = _replaced(family, data)
    if replaced is not None:
        head["supersedes"] = replaced.version
    draft |= head
    title = {"zh": data.document_title, "en": data.document_title}
    draft["documents"][document] = {
        "number": data.document_number,
        "title": title,
        "issued_on": data.issued_on,
    }
    _cite(draft, changes, {"document": document, "clause": data.clause})
    return {key: draft[key] for key in PolicyFile.model_fields if key in draft}


# -- what the new version says of itself ------------------------------------------------------------------------------


def _jurisdiction(session: Session, actor: Actor, base: PolicyVersion) -> str:
    jurisdiction = jurisdiction_of(actor, policy_of(session, base))
    if jurisdiction is None:
        raise Forbidden("permission.denied", _("这项政策不适用于您的辖区。"))
    require(actor, PUBLISH, Place(area_of(jurisdiction)))
    return jurisdiction


def _version(family: list[Edition], data: PublishInput) -> str:
    """The day, with the next revision where a version of that day exists."""
    day = data.effective_from.isoformat()
    revisions = [edition.order[1] for edition in family if edition.order[0] == day]
    return day if not revisions else f"{day}.r{max(revisions) + 1}"


def _replaced(family: list[Edition], data: PublishInput) -> Edition | None:
    """The version of the same place that the new one ends: the one that still applies on its first day."""
    return max(applying(family, data.effective_from), key=lambda edition: edition.order, default=None)


def _free_name(draft: Data) -> str:
    names = (f"bureau_{number}" for number in range(1, MOST_REVISIONS))
    return next(name for name in names if name not in draft["documents"])


def _cite(draft: Data, changes: Changes, reference: dict[str, str]) -> None:
    """Every changed parameter and item rests on the new document."""
    bureau = {"reference": reference, "confidence": Confidence.BUREAU.value}
    for name in parameters_in(changes):
        draft["parameters"][name] |= deepcopy(bureau)
    touched = set(items_in(changes))
    for block in draft.get("score", {}).get("blocks", ()):
        for item in block["items"]:
            for part in (item, *item.get("best_of", ())):
                if part["id"] in touched:
                    part |= deepcopy(bureau)


# -- checks -----------------------------------------------------------------------------------------------------------


def _read(data: Data, catalogue: Catalogue) -> ReadPolicy:
    """The data through the strict loader, as any file; raises `Invalid` with what the loader says."""
    text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120)
    with TemporaryDirectory() as folder:
        path = Path(folder) / data["policy"] / data["jurisdiction"] / f"{data['version']}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        try:
            return read(path, catalogue)
        except SeedError as error:
            said = str(error).replace(f"{folder}/", "")
            raise Invalid("policies.file", _("按政策文件的规则检查未通过：%(said)s") % {"said": said}) from None


def _check_first_day(base: PolicyVersion, data: PublishInput) -> None:
    """Other numbers cannot count before the rules they belong to."""
    if data.effective_from < base.effective_from:
        message = _("不能早于所改版本的施行日期 %(day)s。") % {"day": base.effective_from.isoformat()}
        raise Invalid("policies.before_base", message, {"effective_from": message})


def _check_succession(session: Session, item: ReadPolicy) -> None:
    """The new version must fit between those of its place; raises `Invalid` beside the day."""
    own = edition_of(item.policy)
    others = [edition_of(row) for row in list_versions(session, own.code) if row.jurisdiction == own.jurisdiction]
    if any(True for _found in conflicts([*others, own])):
        later = [edition.version for edition in others if edition.order > own.order]
        message = (
            _("本地已有更晚施行的版本 %(versions)s，新版本的施行日期须在其后。") % {"versions": "、".join(later)}
            if later
            else _("施行日期与本地已有的版本重叠，请核对。")
        )
        raise Invalid("policies.overlap", message, {"effective_from": message})


# -- the journal ------------------------------------------------------------------------------------------------------


def _note(
    session: Session, actor: Actor, base: PolicyVersion, row: PolicyVersion, data: PublishInput, now: datetime
) -> None:
    region = area_of(row.jurisdiction)
    subject = SubjectKey("policy", f"{row.code}/{row.jurisdiction}", row.title_zh, region_code=region)
    changes = {"version": (row.supersedes, row.version), "document": (None, data.document_number)}
    based = {"based_on": f"{base.jurisdiction}/{base.version}", "sha256": row.sha256}
    record(session, actor=actor, now=now, type=events.PUBLISHED, subject=subject, changes=changes, data=based)
