"""Saying on the command line that what is taken in is a complete list."""

from datetime import datetime
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from app.enterprises.complete_lists.denials import LIST_KINDS
from app.enterprises.complete_lists.queries import count_doubts, list_of_import
from app.enterprises.complete_lists.service import stated_text
from app.kit.i18n import _

CompleteTo = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        help="this is the complete list as of that day: whoever of the region is not on it is not one of them",
        show_default=False,
    ),
]
CompleteFrom = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="from which day on it is complete; needed for penalties", show_default=False
    ),
]
CompleteKind = Annotated[
    list[str] | None,
    typer.Option(
        help="of which kind it is, as certificate:high-tech-enterprise, where its sheets do not tell; again for more",
        show_default=False,
    ),
]
Issuer = Annotated[
    str, typer.Option(help="who issued the complete list; the file's name without it", show_default=False)
]


def complete_options(
    last: datetime | None, first: datetime | None, kinds: list[str], issuer: str
) -> dict[str, Any] | None:
    """What the options say; None where nothing is said. Raises `BadParameter` where they do not say to which day, or a kind is none."""
    if last is None:
        if first or kinds or issuer:
            raise typer.BadParameter("--complete-from, --complete-kind, --issuer", param_hint="--complete-to")
        return None
    if not set(kinds) <= set(LIST_KINDS):
        raise typer.BadParameter("、".join(LIST_KINDS), param_hint="--complete-kind")
    told: dict[str, Any] = {"complete_to": last.date(), "complete_from": first.date() if first else None}
    return told | {"kinds": kinds, "issuer": issuer.strip()[:120]}


def tell_complete(session: Session, import_id: int) -> None:
    """What was kept of it, and how many rows it does not speak of."""
    for complete in list_of_import(session, import_id):
        typer.echo(_("已记为完整名单：%(text)s") % {"text": stated_text(session, complete)})
        if doubts := count_doubts(session, complete):
            typer.echo(_("名单上有 %(n)s 行还没有导入，这些企业仍按未知处理。") % {"n": doubts})
