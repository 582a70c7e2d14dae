"""From the bureau's form to a scheme: formulas are written for it, and what does not fit is said beside the field."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

from app.incentives.domain.clawback import SEEN
from app.incentives.domain.plan import SchemeError, check
from app.incentives.domain.scheme import AmountType, ClawbackKind, Scheme, Stacking, Status
from app.incentives.schemas import SetAmountInput
from app.kit.errors import Invalid
from app.kit.i18n import Bilingual, _, use_locale
from app.kit.money import parse_yuan
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition, Periodicity
from app.policies.domain.values.units import Unit

_UNIT_FEN = {"": 1, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
_PERCENT = re.compile(r"\d{1,3}(?:\.\d{1,6})?")
_WRITTEN = {Unit.YUAN: "元", Unit.PEOPLE: "people", Unit.ITEMS: "items"}
_START = re.compile(rf"(?P<formula>.+) >= (?P<least>\d+(?:\.\d+)?) (?:{'|'.join(_WRITTEN.values())})")
MEASURES = frozenset(_WRITTEN)


def formula_of(fact: FactDefinition) -> str:
    """The fact as a formula: of the latest fiscal year where it is told by year, all its parts together."""
    whole = f"{fact.code}[1..{len(fact.parts)}]" if fact.parts else fact.code
    return f"latest({whole})" if fact.told is Periodicity.BY_YEAR else whole


def drafted(scheme: Scheme, given: SetAmountInput, catalogue: Catalogue) -> Scheme:
    """`scheme` with what the bureau sets; raises `Invalid` naming the field."""
    _check_limits(given)
    with use_locale("zh"):
        said_zh = _("本局依据 %(document)s 设定") % {"document": given.document_number}
    with use_locale("en"):
        said_en = _("本局依据 %(document)s 设定") % {"document": given.document_number}
    made = Scheme.model_validate(
        scheme.model_dump()
        | {"amount": None, "ratio": None, "tiers": (), "base": None, "graded_by": None}
        | _AMOUNTS[given.amount_type](given, catalogue)
        | _limits(given)
        | {"stacking": given.stacking, "group": given.group or None}
        | {
            "amount_type": given.amount_type,
            "apply_mode": given.apply_mode or scheme.apply_mode,
            "clawback": _clawback(scheme, given),
            "effective_from": given.effective_from,
            "effective_to": given.effective_to,
            "document_number": given.document_number,
            "clause": given.clause,
            "status": Status.VERIFIED,
            "source": Bilingual(zh=said_zh, en=said_en).model_dump(),
            "confidence": "seen",
        }
    )
    _checked(made, catalogue)
    return made


def _checked(made: Scheme, catalogue: Catalogue) -> None:
    """The same rules as for a file; what the form cannot say wrongly comes here only by a fault of ours."""
    try:
        check(made, catalogue)
    except SchemeError as error:
        raise _refused("amount_type", _("这样的设定无法计算：%(why)s") % {"why": str(error)}) from None


def _refused(field: str, message: str) -> Invalid:
    return Invalid(f"incentive.scheme.{field}", message, {field: message})


# -- amounts ------------------------------------------------------------------------------------------------------------------


def _fixed(given: SetAmountInput, catalogue: Catalogue) -> dict[str, Any]:
    if given.amount_fen is None or given.amount_fen <= 0:
        raise _refused("amount", _("请填写大于 0 的金额。"))
    return {"amount": _yuan(given.amount_fen)}


def _ratio(given: SetAmountInput, catalogue: Catalogue) -> dict[str, Any]:
    text = given.ratio.rstrip("%％ ")
    if not _PERCENT.fullmatch(text) or not 0 < Decimal(text) <= 100:
        raise _refused("ratio", _("请填写 0 至 100 之间的百分数，例如 2 或 0.02。"))
    fact = catalogue.get(given.base)
    if fact is None or fact.unit is not Unit.YUAN:
        raise _refused("base", _("请选择按哪一项金额计算。"))
    return {"ratio": Decimal(text) / 100, "base": formula_of(fact)}


def _tiers(given: SetAmountInput, catalogue: Catalogue) -> dict[str, Any]:
    fact = catalogue.get(given.tier_by)
    if fact is None or fact.unit not in MEASURES:
        raise _refused("tier_by", _("请选择按哪一项指标分档。"))
    rows = [pair for pair in zip(given.tier_from, given.tier_amount, strict=False) if any(pair)]
    if not rows:
        raise _refused("tier_from", _("请至少填写一档。"))
    read = {_read(fact, least): _tier_amount(amount) for least, amount in rows}
    if len(read) < len(rows):
        raise _refused("tier_from", _("有两档的起点相同，请核对。"))
    formula, unit = formula_of(fact), _WRITTEN[fact.unit]
    return {
        "tiers": [
            {"when": f"{formula} >= {least} {unit}", "amount": _yuan(read[least])}
            for least in sorted(read, reverse=True)
        ]
    }


class TierStart(NamedTuple):
    """Where a tier of the form begins: the measure as a formula, and the least of it."""

    formula: str
    least: Decimal


def tier_start(when: str) -> TierStart | None:
    """The start of a tier as the form wrote it; None for a condition that the form cannot show."""
    found = _START.fullmatch(when)
    return TierStart(found["formula"], Decimal(found["least"])) if found else None


def _read(fact: FactDefinition, text: str) -> Decimal:
    """Where a tier begins, in the fact's own unit."""
    if fact.unit is Unit.YUAN:
        return _yuan(_fen("tier_from", text))
    if not re.fullmatch(r"\d{1,9}", text.strip()):
        raise _refused("tier_from", _("请填写整数。"))
    return Decimal(text.strip())


def _tier_amount(text: str) -> int:
    fen = _fen("tier_amount", text)
    if fen <= 0:
        raise _refused("tier_amount", _("请填写大于 0 的金额。"))
    return fen


def _fen(field: str, text: str) -> int:
    try:
        return parse_yuan(text)
    except Invalid as error:
        raise _refused(field, error.message) from None


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


_AMOUNTS: dict[AmountType, Callable[[SetAmountInput, Catalogue], dict[str, Any]]] = {
    AmountType.FIXED: _fixed,
    AmountType.RATIO: _ratio,
    AmountType.TIER: _tiers,
}


# -- limits, stacking, claw-back ----------------------------------------------------------------------------------------------


def _check_limits(given: SetAmountInput) -> None:
    unit = _UNIT_FEN[given.rounding]
    for field, fen in (("cap", given.cap_fen), ("floor", given.floor_fen), ("annual_limit", given.annual_limit_fen)):
        if fen is not None and fen <= 0:
            raise _refused(field, _("请填写大于 0 的金额。"))
        if fen is not None and fen % unit and field != "annual_limit":
            raise _refused(field, _("应为取整单位的整数倍。"))
    if given.cap_fen is not None and given.floor_fen is not None and given.cap_fen < given.floor_fen:
        raise _refused("floor", _("下限高于上限，请核对。"))
    if given.stacking in {Stacking.HIGHEST_ONLY, Stacking.DIFFERENCE} and not given.group:
        raise _refused("group", _("请选择与哪一项政策属同一用途。"))


def _limits(given: SetAmountInput) -> dict[str, Any]:
    limits = {"cap": given.cap_fen, "floor": given.floor_fen, "annual_limit": given.annual_limit_fen}
    found: dict[str, Any] = {name: None if fen is None else _yuan(fen) for name, fen in limits.items()}
    found["rounding"] = {"to": given.rounding} if given.rounding else None
    return found


def _clawback(scheme: Scheme, given: SetAmountInput) -> Any:
    """The kinds ticked, with the words that conditions had already; what only people see knows no period."""
    before = scheme.clawback if isinstance(scheme.clawback, tuple) else ()
    words = {condition.kind: condition.text for condition in before}
    kinds = list(dict.fromkeys(given.clawback))
    if isinstance(scheme.clawback, Bilingual):
        words[ClawbackKind.OTHER] = scheme.clawback
        kinds.append(ClawbackKind.OTHER)
    return tuple(_condition(kind, given.clawback_years, words.get(kind)) for kind in kinds) or None


def _condition(kind: ClawbackKind, years: int | None, text: Bilingual | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "within_years": years if kind in SEEN else None,
        "text": text.model_dump() if text else None,
    }
