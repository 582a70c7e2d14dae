"""What two records of a firm say, side by side in words: where each comes from, where they differ, what would move and what of it is one thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher

from sqlalchemy.orm import Session

from app.enterprises.belongings import Belonging, Row
from app.enterprises.domain.uscc import parse_uscc
from app.enterprises.fields import ENTERPRISE
from app.enterprises.merges.domain import Side
from app.enterprises.merges.held import Collision, Held
from app.enterprises.merges.queries import FieldSource, GroupPair, MergeComparison
from app.enterprises.models import Enterprise
from app.enterprises.part_fields import FIGURES
from app.kit.fields import FieldKind
from app.kit.i18n import N_, _
from app.reference.queries import list_industry_names, list_region_names
from app.web.enterprises.head import TAB_OF
from app.web.shared.enterprise_words import EnterpriseWords, capital_text, wan_text, words

#: The figures that are told where two records of a year are compared.
_FIGURES = ("sales_revenue_fen", "rd_total_fen")
FIELD, ROW = "field-", "row-"
_ACTORS = {"system": N_("系统"), "enterprise": N_("企业自填")}
#: Texts so much alike are told with the characters marked that differ; others differ as a whole.
_MUCH_ALIKE = 0.6


@dataclass(frozen=True)
class StatedSide:
    """What one of two firms says: the text in parts, each with whether it differs from the other's; a mark (state, text) and the source, if any."""

    text: str
    parts: tuple[tuple[str, bool], ...] = ()
    mark: tuple[str, str] | None = None
    source: str = ""


@dataclass(frozen=True)
class ChoiceLine:
    """One thing of both firms, in words; `name` is what the form calls the choice, "" where there is none."""

    label: str
    name: str
    mine: StatedSide
    other: StatedSide
    side: str


@dataclass(frozen=True)
class HeldLine:
    """What both firms have of one kind, where each is listed ("" nowhere), and what becomes of it; `at` is the choice that it leads to."""

    label: str
    mine: int
    other: int
    mine_url: str
    other_url: str
    note: str
    at: str


@dataclass(frozen=True)
class ChoiceSection:
    """Choices that can be made at once; `code` is what an address calls them."""

    code: str
    label: str
    lines: tuple[ChoiceLine, ...]


@dataclass(frozen=True)
class ComparedLines:
    """What is to be chosen, section by section, and what both say alike."""

    sections: tuple[ChoiceSection, ...]
    alike: tuple[ChoiceLine, ...]


def compared_lines(session: Session, found: MergeComparison, given: Mapping[str, Side]) -> ComparedLines:
    """What the two say side by side; `given` is by section the side that was asked for instead of the suggested one."""
    shown = _Words(session, (found.mine, found.other))
    lines = [_line(pair, found, shown) for pair in found.groups]
    said = [line for line in lines if line.mine.text or line.other.text]
    rows = [_row(each, shown) for held in found.held for each in held.collisions]
    told = (
        ("fields", _("企业资料"), [line for line in said if line.name]),
        ("rows", _("两家都有的记录"), rows),
    )
    return ComparedLines(
        tuple(ChoiceSection(code, label, _sided(own, given.get(code))) for code, label, own in told if own),
        tuple(line for line in said if not line.name),
    )


def _sided(lines: Sequence[ChoiceLine], side: Side | None) -> tuple[ChoiceLine, ...]:
    return tuple(lines) if side is None else tuple(replace(line, side=str(side)) for line in lines)


def held_lines(found: MergeComparison) -> tuple[HeldLine, ...]:
    """What of each kind the firms have, where the one that goes has any."""
    return tuple(_held(each, found) for each in shown_of(found) if each.other)


def shown_of(found: MergeComparison) -> list[Held]:
    """The kinds of which people are told."""
    return [each for each in found.held if each.belonging.is_shown and (each.mine or each.other)]


def _held(held: Held, found: MergeComparison) -> HeldLine:
    tab = TAB_OF.get(held.belonging.table.name)
    urls = [f"/enterprises/{firm.uscc}/{tab}" if tab else "" for firm in (found.mine, found.other)]
    note, settles = _(held.belonging.remark) if held.belonging.remark else "", held.belonging.settle is not None
    if held.collisions:
        text = _("%(n)s 件同时在办，选一件继续") if settles else _("%(n)s 项相同，合为一项")
        note = text % {"n": len(held.collisions)}
    at = _anchor(f"{ROW}{held.collisions[0].code}") if held.collisions else ""
    return HeldLine(_(held.belonging.label), held.mine, held.other, urls[0], urls[1], note, at)


def _anchor(name: str) -> str:
    return name.replace(":", "-")


def _line(pair: GroupPair, found: MergeComparison, shown: "_Words") -> ChoiceLine:
    group, label = pair.group, ENTERPRISE[pair.group.code].label
    texts = [shown.text(firm, group.names) for firm in (found.mine, found.other)]
    sources = [_source(source) if text else "" for source, text in zip(pair.sources, texts, strict=True)]
    marks = [_mark(firm) if group.code == "uscc" else None for firm in (found.mine, found.other)]
    mine, other = (
        StatedSide(text, parts, mark, source)
        for text, parts, mark, source in zip(texts, _differing(*texts), marks, sources, strict=True)
    )
    name = "" if pair.alike else f"{FIELD}{group.code}"
    return ChoiceLine(label=_(label), name=name, mine=mine, other=other, side=str(pair.side))


def _row(collision: Collision, shown: "_Words") -> ChoiceLine:
    each = collision.belonging
    texts = "；".join(shown.row(each, row) for row in collision.mine), shown.row(each, collision.other)
    mine, other = (StatedSide(text, parts) for text, parts in zip(texts, _differing(*texts), strict=True))
    label = _(each.label) if each.label else _("曾用名")
    return ChoiceLine(label=label, name=f"{ROW}{collision.code}", mine=mine, other=other, side=str(Side.MINE))


def _mark(firm: Enterprise) -> tuple[str, str]:
    """What the check character of the firm's code says."""
    code = parse_uscc(firm.uscc)
    return ("good", _("校验位正确")) if code.is_valid else ("late", _("校验位应为 %(c)s") % {"c": code.expected})


def _differing(one: str, other: str) -> tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]:
    """Both texts in parts, those marked that the other lacks; texts that have little in common are left whole."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if not one or not other or matcher.ratio() < _MUCH_ALIKE:
        return _whole(one), _whole(other)
    changes = matcher.get_opcodes()
    mine = tuple((one[a:b], kind != "equal") for kind, a, b, _c, _d in changes if b > a)
    return mine, tuple((other[c:d], kind != "equal") for kind, _a, _b, c, d in changes if d > c)


def _whole(text: str) -> tuple[tuple[str, bool], ...]:
    return ((text, False),) if text else ()


def _source(source: FieldSource | None) -> str:
    if source is None:
        return ""
    imported = source.type in ("enterprise.imported", "enterprise.changed_by_import")
    who = (
        _("导入")
        if imported
        else _(_ACTORS.get(source.actor_kind, ""))
        if source.actor_kind in _ACTORS
        else source.actor_name
    )
    return f"{who} {source.at.date().isoformat()}"


class _Words:
    """How fields of firms read."""

    def __init__(self, session: Session, firms: Sequence[Enterprise]) -> None:
        self._known: EnterpriseWords = words(session)
        self._places = list_region_names(session, sorted({firm.region_code for firm in firms} - {""}))
        self._industries = list_industry_names(session, sorted({firm.industry_code for firm in firms} - {""}))

    def text(self, firm: Enterprise, names: Sequence[str]) -> str:
        """Fields that are chosen together, in words."""
        if "capital_fen" in names:
            return capital_text(firm, self._known)
        return " · ".join(filter(None, (self._field(firm, name) for name in names)))

    def row(self, belonging: Belonging, row: Row) -> str:
        """A record of a firm, with how much is known of it beside its name."""
        if not belonging.label:  # its name tells also what it is, which the line says already
            return " ".join(str(row[name]) for name in belonging.same)
        if belonging.table.name != "yearly_figures":
            return belonging.named(row)
        basis, source = (self._known.label(f"figure_{name}", row[name]) for name in ("basis", "source"))
        told = [(_(FIGURES[name].label), row[name]) for name in _FIGURES if row[name] is not None]
        amounts = "，".join(
            _("%(what)s %(amount)s 万元") % {"what": label, "amount": wan_text(value)} for label, value in told
        )
        known = sum(row[name] is not None for name in row if name.endswith(("_fen", "_e4")))
        return _("%(year)s 年 %(basis)s（%(source)s）：%(amounts)s 共填 %(n)s 项") % {
            "year": row["year"],
            "basis": basis,
            "source": source,
            "amounts": f"{amounts}，" if amounts else "",
            "n": known,
        }

    def _field(self, firm: Enterprise, name: str) -> str:
        value, field = getattr(firm, name), ENTERPRISE[name]
        if name == "region_code":
            return str(self._places.get(value, value))
        if name == "industry_code":
            return f"{value} {self._industries.get(value, '')}".strip()
        if name == "field_code":
            return self._known.field_label(value)
        if name == "park_code":
            return self._known.park_label(value)
        if name == "uscc_confirmed":
            return "" if value else _("代码待确认")
        if field.kind is FieldKind.CODE:
            return self._known.label(field.vocabulary, value) if value else ""
        if field.kind is FieldKind.FLAG:
            return "" if value is None else _(field.answers[0] if value else field.answers[1])
        return value.isoformat() if isinstance(value, date) else str(value or "")
