"""Fictional firms that stand in the register twice, in the ways in which real registers have them. Pure.

A second record takes the place of one of the barest firms, so that neither the number of firms nor what the others have changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from app.demo.firms import REGION_OF_CODES, SHOWN, SUFFIX, DemoFirm
from app.demo.holdings import Row
from app.enterprises.domain.uscc import ALPHABET

PLACE = "潜江"
#: Legal forms as one list writes them, and as another list does of the same firm.
FORMS = (("股份有限公司", "股份公司"), ("有限责任公司", "有限公司"), ("有限公司", "有限责任公司"))
#: How long after its registration the renamed firm took its present name.
RENAMED_AFTER = timedelta(days=400)
#: Fictional: no exchange of Qianjiang begins with zeros.
SHARED_PHONE = "0728-0000715"
#: What both records of one firm tell.
_SHARED = ("registered_on", "kind", "legal_representative", "region_code", "park_code", "capital_fen", "capital_text")

Slip = Callable[[DemoFirm, DemoFirm], tuple[DemoFirm, DemoFirm]]


def with_twins(firms: Sequence[DemoFirm]) -> list[DemoFirm]:
    """The same number of firms, of which a few are second records of others."""
    found = list(firms)
    originals = (at for at, firm in enumerate(firms) if at != SHOWN and firm.figures and not firm.certificates)
    bare = (at for at, firm in enumerate(firms) if at != SHOWN and _is_bare(firm))
    for slip, original, twin in zip(SLIPS, originals, bare, strict=False):
        found[original], found[twin] = slip(found[original], found[twin])
    return found


def _is_bare(firm: DemoFirm) -> bool:
    return not (firm.figures or firm.properties or firm.products or firm.tags or firm.certificates or firm.grades)


def _mistyped(original: DemoFirm, twin: DemoFirm) -> tuple[DemoFirm, DemoFirm]:
    """The legal form written otherwise, and one character of the code mistyped: its check no longer fits."""
    code = original.enterprise["uscc"]
    wrong = ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]
    told = {"name": _other_form(original.enterprise["name"]), "uscc": code[:-1] + wrong, "uscc_confirmed": False}
    return original, _twin(original, twin, **told)


def _under_former_name(original: DemoFirm, twin: DemoFirm) -> tuple[DemoFirm, DemoFirm]:
    """The firm was renamed and had a number of 15 digits; another list still knows it by its old name."""
    row = original.enterprise
    old = twin.enterprise["name"]
    until = row["registered_on"] + RENAMED_AFTER
    renamed = replace(
        original,
        former_names=[{"name": old, "until_on": until}],
        former_codes=[{"uscc": _old_number(len(old)), "until_on": until}],
    )
    return renamed, _twin(original, twin, name=old)


def _with_the_same_telephone(original: DemoFirm, twin: DemoFirm) -> tuple[DemoFirm, DemoFirm]:
    """The name without the trade's last word, the same telephone and address."""
    phone = {"phone": SHARED_PHONE}
    reached = replace(original, contacts=[row | phone for row in original.contacts])
    name = original.enterprise["name"].removeprefix(PLACE)
    caller = replace(twin, contacts=[row | phone for row in twin.contacts])
    return reached, _twin(original, caller, name=name, address=original.enterprise["address"])


def _with_the_province(original: DemoFirm, twin: DemoFirm) -> tuple[DemoFirm, DemoFirm]:
    """The name with the province before it."""
    return original, _twin(original, twin, name=f"湖北省{PLACE}市" + original.enterprise["name"].removeprefix(PLACE))


SLIPS: tuple[Slip, ...] = (_mistyped, _under_former_name, _with_the_same_telephone, _with_the_province)


def _twin(original: DemoFirm, twin: DemoFirm, **told: object) -> DemoFirm:
    """The bare firm as a second record of `original`: what both lists tell, and nothing of what firms are led by."""
    shared: Row = {name: original.enterprise[name] for name in _SHARED}
    return replace(
        twin,
        enterprise={**twin.enterprise, **shared, "industry_code": "", "field_code": "", "business_scope": "", **told},
        is_twin=True,
    )


def _other_form(name: str) -> str:
    bare = name.removesuffix(SUFFIX)
    one, other = next(pair for pair in FORMS if bare.endswith(pair[0]))
    return bare.removesuffix(one) + other + SUFFIX


def _old_number(serial: int) -> str:
    """A registration number of 15 digits as firms had until 2015, of the unassigned region, with its check digit (GS 15-2006)."""
    first = f"{REGION_OF_CODES}{serial:08d}"
    product = 10
    for digit in first:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return f"{first}{(11 - product) % 10}"
