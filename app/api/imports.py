"""Files that programs hand in to be taken in, and what became of them: the same reading, job and decisions as on the pages."""

from datetime import date
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import Field, field_validator
from starlette.responses import Response

from app.accounts.queries import lock_client
from app.api.answers import DEFAULT_LIMIT, LARGEST_LIMIT, ClientCall, Json, NoParameters, Nothing, Shown
from app.api.import_answers import GIVEN_BACK, described, row_line
from app.api.import_operations import hand_in_operation, read_operation, rows_operation
from app.doors.calls.router import GuardedRouter
from app.enterprises.actions import IMPORT
from app.enterprises.complete_lists.denials import LIST_KINDS
from app.enterprises.imports.domain import ImportKind, RowOutcome
from app.enterprises.imports.fields import UNIT_LABELS
from app.enterprises.imports.handed_files import HandedIn, get_own_run, hand_in
from app.enterprises.imports.queries import list_rows_after
from app.enterprises.imports.row_groups.domain import DIFFERING, WAITING, read_ahead
from app.enterprises.imports.sheets import ReadingHints
from app.enterprises.imports.staging import StagedFile
from app.enterprises.imports.tables.beside import APART, ONE
from app.exchange.cursors import CursorScope, decode_cursor, encode_cursor
from app.files.service.storing import store
from app.kit.errors import Invalid
from app.kit.i18n import _
from app.kit.tabular.reader import MAX_COLUMNS

router = GuardedRouter(door="api", prefix="/api/v1", tags=["imports"])

ACCEPTED = 202
MOST_SHEETS = 500
MOST_DECIDED = 50

ImportId = Annotated[int, Path(description="`id` of the import")]


class ImportParameters(NoParameters):
    """What is told of a file that is handed in; the body is the file itself."""

    name: Annotated[
        str, Field(min_length=1, max_length=200, description="what the file is called; shown, not relied on")
    ]
    kind: Annotated[
        ImportKind, Field(description="what its sheets may hold: anything, only firms, or only yearly figures")
    ] = ImportKind.WORKBOOK
    sheets: Annotated[
        list[str],
        Field(
            max_length=MOST_SHEETS, description="only the sheets of these names; repeated for several, all by default"
        ),
    ] = []
    unit: Annotated[
        str | None,
        Field(
            description="unit of the amounts whose unit the file does not tell; nothing is guessed",
            json_schema_extra={"enum": [*UNIT_LABELS, None]},
        ),
    ] = None
    tables: Annotated[
        str | None,
        Field(
            description="whether columns that stand apart are tables of their own, where that is not plain",
            json_schema_extra={"enum": [APART, ONE, None]},
        ),
    ] = None
    as_above: Annotated[
        list[str],
        Field(
            max_length=MAX_COLUMNS,
            description="heads of the columns whose blank cells mean what stands above them; repeated for several, `-` for none",
        ),
    ] = []
    accept_unconfirmed: Annotated[
        bool, Field(description="take codes in whose check character does not fit, flagged; else they wait")
    ] = False
    decide: Annotated[
        list[str],
        Field(
            max_length=MOST_DECIDED,
            description="what is decided of rows that would wait, as `reason=choice` (`differs=keep`); repeated for several. "
            + "; ".join(f"{code}: {', '.join(rule.ahead)}" for code, rule in {**WAITING, **DIFFERING}.items()),
        ),
    ] = []
    confirm: Annotated[
        bool, Field(description="take the file in as it is understood; else it waits for an officer to look at it")
    ] = False

    complete_to: Annotated[
        date | None,
        Field(
            description="this is the complete list as of that day: whoever of the region is not on it is none of them"
        ),
    ] = None
    complete_from: Annotated[
        date | None, Field(description="from which day on it is complete; needed for penalties and accidents")
    ] = None
    complete_kind: Annotated[
        list[str],
        Field(
            max_length=len(LIST_KINDS),
            description="of which kinds it is, where its sheets do not tell; repeated for several",
            json_schema_extra={"items": {"type": "string", "enum": LIST_KINDS}},
        ),
    ] = []
    complete_region: Annotated[
        str, Field(pattern=r"^[0-9]{0,12}$", description="for which region it is complete; the client's by default")
    ] = ""
    issuer: Annotated[str, Field(max_length=120, description="who issued the complete list; `name` by default")] = ""

    def complete(self, region: str) -> dict[str, Any] | None:
        """What is told of it as a complete list; None where nothing is. Raises `Invalid` where it cannot count."""
        if self.complete_to is None:
            if self.complete_from or self.complete_kind or self.complete_region or self.issuer:
                raise Invalid("complete_list.complete_to", _("请填写名单完整到哪一天（complete_to）。"))
            return None
        if not self.confirm:
            message = _("完整名单须与导入一起确认（confirm=true）；由人员核对的，请在页面上说明。")
            raise Invalid("complete_list.unconfirmed", message)
        told = {"complete_to": self.complete_to, "complete_from": self.complete_from, "kinds": self.complete_kind}
        named = {"issuer": self.issuer or self.name[:120], "document": self.name}
        return told | named | {"region_code": self.complete_region or region}

    @field_validator("tables")
    @classmethod
    def _answers(cls, value: str | None) -> str | None:
        if value not in (None, APART, ONE):
            raise ValueError(_("请说明并排的列是几张表还是一张表。"))
        return value

    @field_validator("unit")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        if value is not None and value not in UNIT_LABELS:
            raise ValueError(_("没有这个单位。"))
        return value


class RowParameters(NoParameters):
    """Which rows of an import."""

    outcome: Annotated[
        RowOutcome | None, Field(description="default: those that wait (differs, queued) and those refused (rejected)")
    ] = None
    cursor: Annotated[str | None, Field(max_length=200, description="`next` of the page before")] = None
    limit: Annotated[int, Field(ge=1, le=LARGEST_LIMIT, description="items on this page")] = DEFAULT_LIMIT


ImportQuery = Annotated[ImportParameters, Query()]
RowQuery = Annotated[RowParameters, Query()]


@router.post_file("/imports", action=IMPORT, response_class=Json, status_code=ACCEPTED, **hand_in_operation())
def post_import(call: ClientCall, wanted: ImportQuery) -> Response:
    """Hand a file in: staged, or with `confirm` begun."""
    if call.request.headers.get("content-type", "").lower().startswith("multipart/"):
        message = _("请求内容应为文件本身（application/octet-stream），不是表单；文件名等写在地址参数里。")
        raise Invalid("import.multipart", message)
    lock_client(call.session, call.actor.id or 0)
    stored = store(call.session, call.vault, **call.by, source=call.file, name=wanted.name)
    given = HandedIn(
        StagedFile(stored.sha256, call.vault.blobs.path(stored.sha256), stored.name),
        wanted.kind,
        ReadingHints(wanted.unit or "", tuple(wanted.sheets), above=tuple(wanted.as_above), tables=wanted.tables or ""),
        accept_unconfirmed=wanted.accept_unconfirmed,
        agreed=wanted.confirm,
        complete=wanted.complete(call.actor.region_prefix),
        said=read_ahead(wanted.decide),
    )
    run = hand_in(call.session, **call.by, given=given)
    answer = Json(described(call.session, run), status_code=ACCEPTED)
    answer.headers["location"] = f"/api/v1/imports/{run.id}"
    return answer


@router.get("/imports/{import_id}", action=IMPORT, response_class=Json, **read_operation())
def get_import(call: ClientCall, import_id: ImportId, _wanted: Nothing, shown: Shown) -> Response:
    """Where one of the client's own imports stands."""
    return shown.of(described(call.session, get_own_run(call.session, call.actor, import_id)))


@router.get("/imports/{import_id}/rows", action=IMPORT, response_class=Json, **rows_operation())
def list_import_rows(call: ClientCall, import_id: ImportId, wanted: RowQuery, shown: Shown) -> Response:
    """The rows of one of the client's own imports that wait or were refused, or those of one outcome."""
    run = get_own_run(call.session, call.actor, import_id)
    walk = CursorScope(f"imports/{run.id}", call.region_prefix, f"outcome={wanted.outcome or ''}")
    secret = call.settings.secret
    after = decode_cursor(secret, walk, wanted.cursor) if wanted.cursor is not None else 0
    outcomes = GIVEN_BACK if wanted.outcome is None else (wanted.outcome,)
    rows = list_rows_after(call.session, run, outcomes, after=after, limit=wanted.limit + 1)
    page = rows[: wanted.limit]
    following = encode_cursor(secret, walk, page[-1].id) if len(rows) > wanted.limit else None
    return shown.of({"items": [row_line(row) for row in page], "next": following})
