"""Checks that need the database: are the codes on file, is the code of a firm free."""

from datetime import date
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.actions import READ
from app.enterprises.domain.uscc import Uscc, parse_uscc
from app.enterprises.fields import ENTERPRISE
from app.enterprises.models import Enterprise, FormerCode
from app.enterprises.schemas import EnterpriseFields
from app.kit.actor import Actor
from app.kit.errors import Conflict, Invalid
from app.kit.fields import FieldKind, FieldTable
from app.kit.i18n import _
from app.kit.permissions import can
from app.reference.models import Industry, Park, Region, TechnicalField, Term
from app.reference.published import kept

#: Vocabularies that have a table of their own; the others are terms.
CODE_TABLES: dict[str, Any] = {"industry": Industry, "field": TechnicalField, "region": Region, "park": Park}


def check_fields(session: Session, given: EnterpriseFields, today: date) -> None:
    """Raise `Invalid` naming each field whose code is not in its table, or a registration date in the future."""
    problems: dict[str, str] = {}
    for field in ENTERPRISE:
        code = getattr(given, field.name) if field.by_hand and field.kind is FieldKind.CODE else ""
        if not code or code in _codes_of(session, field.vocabulary):
            continue
        known = field.vocabulary in CODE_TABLES
        problems[field.name] = (
            _("代码表中没有“%(code)s”，请从列表中选择。") % {"code": code} if known else _("请从列表中选择。")
        )
    if given.registered_on is not None and given.registered_on > today:
        problems["registered_on"] = _("注册日期不能晚于今天。")
    if problems:
        raise Invalid("enterprise.fields", _("有 %(n)s 项填写有误。") % {"n": len(problems)}, problems)


@kept
def _codes_of(session: Session, vocabulary: str) -> frozenset[str]:
    """Every code that such a field may hold."""
    table = CODE_TABLES.get(vocabulary)
    terms = select(Term.code).where(Term.vocabulary == vocabulary)
    return frozenset(session.scalars(terms if table is None else select(table.code)))


def check_codes(session: Session, table: FieldTable, given: BaseModel) -> dict[str, Term]:
    """The vocabulary entries of a record's codes. Raises `Invalid` naming each code without one; an empty one is skipped."""
    codes = (field for field in table if field.kind is FieldKind.CODE and field.vocabulary not in CODE_TABLES)
    return check_terms(session, **{field.name: (field.vocabulary, getattr(given, field.name)) for field in codes})


def check_terms(session: Session, **codes: tuple[str, str]) -> dict[str, Term]:
    """The vocabulary entries of `field=(vocabulary, code)`; raises `Invalid` naming each field without one.

    An empty code is skipped.
    """
    found: dict[str, Term] = {}
    problems: dict[str, str] = {}
    for field, (vocabulary, code) in codes.items():
        term = session.get(Term, (vocabulary, code)) if code else None
        if term is not None:
            found[field] = term
        elif code:
            problems[field] = _("请从列表中选择。")
    if problems:
        raise Invalid("enterprise.term", _("请从列表中选择。"), problems)
    return found


def checked_code(text: str, note: str) -> Uscc:
    """The code in `text`; a check character that does not fit needs `note`, the reason why it is right all the same.

    Raises `Invalid` with code `enterprise.uscc.check_mismatch` when the reason is missing.
    """
    uscc = parse_uscc(text)
    if not uscc.is_valid and not note:
        message = _(
            "校验码不符：按 GB 32100-2015 末位应为“%(expected)s”。请核对营业执照；确认无误的，请填写确认理由后再提交。"
        ) % {"expected": uscc.expected}
        raise Invalid("enterprise.uscc.check_mismatch", message, {"uscc": message})
    return uscc


def check_code_free(session: Session, actor: Actor, uscc: str, *, wanted_by: int | None = None) -> None:
    """Raises `Conflict` where another firm than `wanted_by` bears or bore the code, or one that is merged into it bore it."""
    bearer = session.scalar(select(Enterprise).where(Enterprise.uscc == uscc))
    merged = None
    if bearer is None or bearer.merged_into_id is not None:
        bore = select(Enterprise).join(FormerCode, FormerCode.enterprise_id == Enterprise.id)
        bearer, merged = session.scalar(bore.where(FormerCode.uscc == uscc)), bearer
    if merged is not None and bearer is not None and bearer.id == wanted_by:
        message = _(
            "该代码属于已并入“%(name)s”的“%(merged)s”。应以它为准的，请先撤销合并，再重新合并并选用它的代码。"
        ) % {"name": bearer.name, "merged": merged.name}
        raise Conflict("enterprise.uscc.merged", message, {"uscc": message})
    if (bearer or merged) is not None and (bearer is None or bearer.id != wanted_by):
        raise _taken(actor, bearer, merged)


def taken_meanwhile(session: Session, actor: Actor, uscc: str) -> Conflict:
    """The refusal where somebody else took the code at the same moment."""
    try:
        check_code_free(session, actor, uscc)
    except Conflict as refused:
        return refused
    return _taken(actor, None, None)


def _taken(actor: Actor, holder: Enterprise | None, merged: Enterprise | None) -> Conflict:
    """The refusal of a code that another firm has; it names the firm only to those who may see it."""
    if holder is None or not can(actor, READ, holder):
        message = _("该代码已登记在其他辖区，请联系上级管理员。")
    elif merged is not None:
        message = _("该代码已登记：“%(merged)s”，已并入“%(name)s”。") % {"merged": merged.name, "name": holder.name}
    else:
        message = _("该代码已登记：%(name)s。") % {"name": holder.name}
    return Conflict("enterprise.uscc.taken", message, {"uscc": message})
