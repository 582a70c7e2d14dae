"""Two people fill in one duty: what each entered is kept, and where both entered the same field the second chooses."""

from collections.abc import Mapping
from typing import Any

from app.cases.duties.schemas import FillDuty
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.merges import merge

NOTE = "note"


def merged_fill(draft: Mapping[str, Any], version: int, command: FillDuty) -> dict[str, Any]:
    """What is to be kept as values, documents and note: the command's, beside what others drafted since its form was opened.

    `draft` and `version` are the duty's own now. Raises `Clashing` naming fields (and `note`) that both filled in
    differently, or `Conflict` for a form that does not tell what it began with. Documents are added and taken away one by one.
    """
    given = {"values": command.values, "documents": command.documents, NOTE: command.note}
    if command.version == version:
        return given
    if command.was is None:
        raise Conflict("duty.stale", _("该事项刚被他人改动，请核对后重新提交。"))
    was, fields = command.was, {*command.values, *draft.get("values", {})}
    texts = merge(
        {code: was.values.get(code, "") for code in fields} | {NOTE: was.note},
        {code: draft.get("values", {}).get(code, "") for code in fields} | {NOTE: draft.get(NOTE, was.note)},
        {code: command.values.get(code, "").strip() for code in command.values} | {NOTE: command.note.strip()},
    )
    theirs = list(draft.get("documents", []))
    kept = [key for key in theirs if key in command.documents or key not in was.documents]
    added = [key for key in command.documents if key not in kept and key not in was.documents]
    return {"values": {code: texts[code] for code in fields}, "documents": [*kept, *added], NOTE: texts[NOTE]}
