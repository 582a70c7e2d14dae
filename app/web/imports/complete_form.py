"""What the pages show of complete lists: the form in which one is told, the lines of those that were."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.doors.forms.bound import Bound
from app.enterprises.complete_lists.denials import kinds_told
from app.enterprises.complete_lists.models import CompleteList
from app.enterprises.complete_lists.queries import count_doubts_of, kind_names, kinds_text
from app.enterprises.complete_lists.schemas import CompleteListInput
from app.kit.actor import Actor
from app.kit.errors import DomainError
from app.kit.i18n import _
from app.kit.lists.viewer import Viewer
from app.reference.queries import list_region_names
from app.web.shared.enterprise_words import Choices, region_choices


@dataclass(frozen=True)
class CompleteListForm:
    """The form: what came in where it was refused, the kinds and regions to choose from, and what stands there at first.

    `required`: nothing else is sent with it.
    """

    form: Bound[CompleteListInput] | None
    kinds: Choices
    chosen: tuple[str, ...]
    regions: Choices
    region: str
    document: str
    required: bool


@dataclass(frozen=True)
class CompleteListLine:
    """One statement: its kinds and its place in words, and how many rows of it have not come in."""

    row: CompleteList
    kinds: str
    place: str
    doubts: int


def complete_form(
    session: Session,
    actor: Actor,
    form: Bound[CompleteListInput] | None = None,
    *,
    kinds: Sequence[str] = (),
    document: str = "",
    region: str = "",
    required: bool = True,
) -> CompleteListForm:
    """The form as it is shown first, or again with what is wrong."""
    return CompleteListForm(
        form=form,
        kinds=tuple((kind, _kind_label(kind, str(name))) for kind, name in kind_names(session).items()),
        chosen=tuple(form.raw.get("kinds", ()) if form else kinds),
        regions=region_choices(session, actor),
        region=region or actor.region_prefix,
        document=document,
        required=required,
    )


def _kind_label(kind: str, name: str) -> str:
    return name if kinds_told([kind]) else _("%(name)s（现行条件不问，只留存）") % {"name": name}


def refused_with(form: Bound[CompleteListInput] | None, refusal: DomainError) -> Bound[CompleteListInput] | None:
    """The form with a refusal beside its field; None where no such form was sent."""
    if form is not None:
        form.add(refusal)
    return form


def complete_lines(viewer: Viewer, rows: Sequence[CompleteList]) -> Sequence[CompleteListLine]:
    """Statements as lines."""
    if not rows:
        return ()
    doubts = count_doubts_of(viewer.session, [row.id for row in rows])
    places = list_region_names(viewer.session, sorted({row.region_code for row in rows} - {""}))
    return [
        CompleteListLine(
            row,
            kinds_text(viewer.session, row.kinds),
            places.get(row.region_code, row.region_code),
            doubts.get(row.id, 0),
        )
        for row in rows
    ]
