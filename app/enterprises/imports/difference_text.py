"""Values of a difference as JSON keeps them and as people read them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.journal.domain import plain
from app.kit.errors import Conflict
from app.kit.i18n import _
from app.kit.money import format_wan, format_yuan
from app.kit.written.amounts import YUAN

_E4 = 10_000
_CAPITAL = "capital_fen"


def shown_value(value: Any) -> Any:
    """A value as JSON: days as text, a capital with its four parts."""
    return plain(value)


def shown_differences(pairs: Mapping[str, tuple[Any, Any]]) -> dict[str, list[Any]]:
    """Pairs of values by field, as JSON."""
    return {name: [shown_value(before), shown_value(after)] for name, (before, after) in pairs.items()}


def stored_value(name: str, kept: Any) -> Any:
    """The value of field `name` from what `shown_value` made of it."""
    return date.fromisoformat(kept) if name.endswith("_on") and isinstance(kept, str) else kept


def require_unchanged(existing: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Raise Conflict when what stands is not what was expected any more."""
    if {name: shown_value(value) for name, value in existing.items()} != {
        name: shown_value(value) for name, value in expected.items()
    }:
        raise changed_since()


def changed_since() -> Conflict:
    """The refusal to write over what somebody wrote meanwhile."""
    return Conflict("import.changed_since", _("该字段此后又被修改，请打开企业页面核对。"))


def difference_text(name: str, kept: Any) -> str:
    """A kept value as people read it."""
    if kept in (None, ""):
        return "—"
    if name == _CAPITAL and isinstance(kept, dict):
        return capital_text(kept)
    if name.endswith("_fen"):
        return _("%(amount)s 元") % {"amount": format_yuan(kept)}
    if name.endswith("_e4"):
        return f"{Decimal(kept) / _E4:f}"
    if isinstance(kept, bool):
        return _("是") if kept else _("否")
    return str(kept)


def capital_text(kept: dict[str, Any]) -> str:
    """A capital: its amount in 万元 and currency, else its wording."""
    if kept.get("capital_fen") is None:
        return str(kept.get("capital_text") or "—")
    amount, currency = format_wan(kept["capital_fen"]), kept.get("capital_currency") or YUAN
    if currency == YUAN:
        return _("%(amount)s 万元") % {"amount": amount}
    return _("%(amount)s 万 %(currency)s") % {"amount": amount, "currency": currency}
