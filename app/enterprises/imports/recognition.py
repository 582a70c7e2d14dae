"""What the heads of a sheet mean: which register its rows are about, and which field each column fills."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from app.enterprises.imports.fields import REASON_HEADERS
from app.enterprises.imports.mapping import (
    IGNORED,
    NAME,
    REASON,
    USCC,
    ColumnTarget,
    MappedColumn,
    Registers,
    SheetMapping,
    field_of,
)
from app.enterprises.imports.registers import FIRM, GivenField, ImportedRegister
from app.enterprises.imports.shapes import ColumnHeading, SheetHead
from app.enterprises.imports.shapes.block import may_be_head
from app.enterprises.imports.shapes.column_values import Values, holds_codes, names_firms
from app.enterprises.imports.shapes.head_text import split_header
from app.enterprises.imports.shapes.head_words import plain_group, plain_word, plain_words

#: How a sheet that is about something else calls the firm and its code.
FIRM_HEADS = {
    NAME: "企业 | 单位 | 单位名称 | 公司 | 公司名称 | 服务企业 | 转化企业 | 承担企业 | 承担单位 | 申报单位 | 所在企业 | 所属企业 | 受奖企业"
    " | 受助企业 | 合作企业 | 对接企业 | 需求企业 | 权利企业 | 持证企业 | 受补助单位 | 受奖单位 | 获奖单位 | 获补单位 | 被处罚单位 | 被处罚企业 | 处罚对象 | 当事人 | 当事人名称 | 行政相对人 | 服务单位 | 接收单位 | 受援单位 | 任职企业 | 派驻企业 | 挂职企业 | 生产企业 | 生产单位 | 转化单位 | 申报企业 | 起草企业",
    USCC: "代码 | 企业代码 | 机构代码 | 单位代码 | 税号 | 纳税人识别号 | 信用码 | 统一信用码 | 行政相对人代码 | 法人代码 | 组织机构代码",
}
#: Heads that say whose a record is; where nothing else names the firm they do.
OWNER_HEADS = frozenset(
    {"权利人", "著作权人", "专利权人", "持有人", "持证单位", "所有人", "申请人", "登记人", "专利申请人"}
)
#: Heads under which nothing is told that anybody would miss.
_ASIDE = frozenset({"", "序号", "序", "编号", "no", "no.", "备注", "说明", "签字", "签名"})
_TITLE_COUNTS = 2
_HEADS_OF_A_TABLE = 3
#: Below this a sheet is a list of firms unless everything is told that the other register needs.
_WEAK = 1
#: How much less well a head is known that only says the same in other words.
_ALIKE = 1_000
_REASONS = frozenset(split_header(text)[0] for text in REASON_HEADERS)


@dataclass(frozen=True)
class HeadVocabulary:
    """The heads that registers know, folded: each with what it may fill, the better-known name of a field first."""

    registers: Registers

    @cached_property
    def _known(self) -> Mapping[str, Mapping[str, tuple[int, str]]]:
        """By folded head: register → (how well known, field)."""
        found: dict[str, dict[str, tuple[int, str]]] = {}
        for register in self.registers.values():
            for column in register.fields:
                for rank, header in enumerate(column.headers):
                    found.setdefault(split_header(header)[0], {}).setdefault(register.code, (rank, column.code))
        return found

    @cached_property
    def _alike(self) -> Mapping[str, Mapping[str, tuple[int, str]]]:
        """The same by the plain words of each head, for heads that nobody knows as they are written."""
        found: dict[str, dict[str, tuple[int, str]]] = {}
        for name, each in self._known.items():
            for register, (rank, code) in each.items():
                kept = found.setdefault(plain_word(name), {})
                kept[register] = min(kept.get(register, (_ALIKE + rank, code)), (_ALIKE + rank, code))
        return found

    @cached_property
    def _firm_heads(self) -> Mapping[str, tuple[int, str]]:
        heads = {code: enumerate(text.split(" | "), start=100) for code, text in FIRM_HEADS.items()}
        return {header: (rank, code) for code, each in heads.items() for rank, header in each}

    def recognise(self, texts: Sequence[str]) -> int:
        """How many of the texts are heads that some register knows."""
        names = {split_header(text)[0] for text in texts if text}
        return sum(self._is_head(name) for name in names)

    def begins_table(self, texts: Sequence[str]) -> bool:
        """Whether a row of these texts is the head of a table: three known heads at least, and most of it."""
        if self._plain.isdisjoint(texts) or not all(map(may_be_head, texts)):
            return False
        names = {split_header(text)[0] for text in texts}
        known = sum(name in self._firm_heads or self._is_head(name) for name in names)
        return known >= _HEADS_OF_A_TABLE and known * 2 >= len(texts)

    @cached_property
    def _plain(self) -> frozenset[str]:
        """The heads as they are mostly written: a row without any is no head, which is quickly seen."""
        return frozenset((*self._known, *self._firm_heads))

    def _is_head(self, name: str) -> bool:
        bare = name.lstrip("0123456789").removeprefix("年度").removeprefix("年")
        return any(
            each in self._known or any(word in self._alike for word in plain_words(each)) for each in (name, bare)
        )

    def fields_of(self, head: ColumnHeading) -> Mapping[str, tuple[int, str]]:
        """What the head may fill, by register: by the first of its names that anybody knows, as it is written before in other words."""
        names = _names_of(head)
        found = next((self._known[name] for name in names if name in self._known), None)
        if found is None:
            found = next((self._alike[word] for name in names for word in plain_words(name) if word in self._alike), {})
        return found

    def meaning(self, head: ColumnHeading, register: ImportedRegister) -> tuple[int, str] | None:
        """How well the head fits a field of `register`, and which; lower is better, None for not at all."""
        found = self.fields_of(head).get(register.code)
        if found is not None and (head.year is None or self._is_yearly(register, found[1])):
            return found
        return None

    def firm_meaning(self, head: ColumnHeading) -> tuple[int, str] | None:
        """How well the head says which firm a row is about, in a sheet about something else."""
        for name in _names_of(head):
            if name in self._firm_heads:
                return self._firm_heads[name]
        return (200, USCC) if "信用代码" in head.name else None

    def claims(self, head: ColumnHeading, *, about_firm: bool = False) -> int:
        """How many registers know the head, or how many of those `about_firm`s."""
        found = self.fields_of(head)
        return len({code for code in found if not about_firm or self.registers[code].about_firm}) or 1

    def _is_yearly(self, register: ImportedRegister, code: str) -> bool:
        return next(column.yearly for column in register.fields if column.code == code)


def recognise_sheet(
    name: str, head: SheetHead, registers: Registers, register: str = "", values: Values = ()
) -> SheetMapping:
    """The reading of a sheet by its name, its titles and its heads: of `register` where it was told, else of the one that fits best.

    `values` are the first cells of each column: they tell which firm a row is about where no head does.
    """
    words = HeadVocabulary(registers)
    titles = _titles(name, head)
    fits = {code: _fit(each, head, words, titles) for code, each in registers.items()}
    likeliest = max(fits, key=lambda code: fits[code])
    if not register and FIRM in registers and fits[likeliest] < _WEAK:
        weak = _layout(registers[likeliest], name, head, words, values) if fits[likeliest] > 0 else None
        register = likeliest if weak and not weak.missing(registers) else FIRM
    return _layout(registers[register or likeliest], name, head, words, values)


def _layout(
    register: ImportedRegister, name: str, head: SheetHead, words: HeadVocabulary, values: Values
) -> SheetMapping:
    """The sheet as one about a register."""
    columns = tuple(_columns(register, head, words, values))
    layout = SheetMapping(name, register.code, (head.first_row, head.last_row), columns)
    return replace(layout, given=_given(layout, words.registers, _titles(name, head)))


def _fit(register: ImportedRegister, head: SheetHead, words: HeadVocabulary, titles: str) -> float:
    """How well the heads fit a register: a head that several know counts for each a part; 0 when something required lacks."""
    found = _assigned(register, head, words)
    if not found:
        return 0
    told = {code for _index, code in found} | {each.field for each in register.given}
    if any(column.year is not None and column.index in {index for index, _code in found} for column in head.heads):
        told.add("year")
    telling = {USCC, NAME, *register.circumstances}
    if any(code not in told for code in register.required) or all(code in telling for _index, code in found):
        return 0
    by_index = {column.index: column for column in head.heads}
    if not register.about_firm and _tells_firm_besides({index for index, _code in found}, head, words):
        return 0
    if register.companion and len(found) <= sum(_is_unknown(column, words) for column in head.heads):
        return 0
    own = sum(1 / words.claims(by_index[index]) for index, code in found if code not in (USCC, NAME))
    return own + _TITLE_COUNTS * any(word in titles for word in register.words)


def _tells_firm_besides(filled: set[int], head: SheetHead, words: HeadVocabulary) -> bool:
    """Whether other columns name a firm: then the rows are about that, too."""
    others = [column for column in head.heads if column.index not in filled and column.name not in _ASIDE]
    return any(
        words.firm_meaning(column) or words.fields_of(column).get(FIRM, (0, ""))[1] in (USCC, NAME) for column in others
    )


def _is_unknown(column: ColumnHeading, words: HeadVocabulary) -> bool:
    """Whether the column tells something that no register has a field for."""
    return column.name not in _ASIDE and not words.fields_of(column) and words.firm_meaning(column) is None


def _assigned(register: ImportedRegister, head: SheetHead, words: HeadVocabulary) -> list[tuple[int, str]]:
    """Which column fills which field of the register: a field once (once a year), by the head that names it best."""
    candidates = []
    for column in head.heads:
        found = words.meaning(column, register)
        if found is not None:
            candidates.append((found[0], column.index, found[1], column.year))
    taken: set[tuple[str, int | None]] = set()
    filled: list[tuple[int, str]] = []
    for _rank, index, code, year in sorted(candidates, key=lambda each: (each[0], each[1])):
        if (code, year) not in taken:
            taken.add((code, year))
            filled.append((index, code))
    return filled


def _columns(
    register: ImportedRegister, head: SheetHead, words: HeadVocabulary, values: Values
) -> Iterable[MappedColumn]:
    """Each column with what it fills: the register's own fields first, then the firm, then what others alone know."""
    fills: dict[int, ColumnTarget] = {}
    by_index = {column.index: column for column in head.heads}

    def fill(of: ImportedRegister) -> None:
        taken = set(fills.values())
        for index, code in _assigned(of, head, words):
            target = ColumnTarget(FIRM if code in (USCC, NAME) else of.code, code, by_index[index].year)
            if index not in fills and target not in taken:
                fills[index] = target

    fill(register)
    if register.about_firm:
        if firm := words.registers.get(FIRM):
            fill(firm)
        _fill_firm(fills, head, words)
        _fill_firm_by_values(fills, head, values)
        for other in words.registers.values():
            if other.about_firm and _complete(other, head, words, fills):
                fill(other)
    for column in head.heads:
        target = fills.get(column.index)
        reason = REASON if column.name in _REASONS else IGNORED
        field = field_of(target, words.registers) if target else None
        unit = column.unit if field and field.has_unit else ""
        yield MappedColumn(column.index, column.text, str(target) if target else reason, unit)


def _fill_firm(fills: dict[int, ColumnTarget], head: SheetHead, words: HeadVocabulary) -> None:
    """Which firm a row is about, by the everyday heads for it."""
    told = {target.field for target in fills.values() if target.register == FIRM}
    found = [(meaning, column.index) for column in head.heads if (meaning := words.firm_meaning(column))]
    for (_rank, code), index in sorted(found):
        if code not in told and index not in fills:
            told.add(code)
            fills[index] = ColumnTarget(FIRM, code)
    owner = next((column.index for column in head.heads if column.name in OWNER_HEADS), None)
    if not told and owner is not None:
        fills[owner] = ColumnTarget(FIRM, NAME)


def _fill_firm_by_values(fills: dict[int, ColumnTarget], head: SheetHead, values: Values) -> None:
    """Which firm a row is about, where no head tells: the only column left that holds names of firms, or their codes."""
    told = {target.field for target in fills.values() if target.register == FIRM}
    free = [column.index for column in head.heads if column.index not in fills and column.index < len(values)]
    for code, holds in ((USCC, holds_codes), (NAME, names_firms)):
        found = [index for index in free if holds(values[index])]
        if code not in told and len(found) == 1:
            fills[found[0]] = ColumnTarget(FIRM, code)


def _complete(
    register: ImportedRegister, head: SheetHead, words: HeadVocabulary, fills: Mapping[int, ColumnTarget]
) -> bool:
    """Whether columns that nothing fills yet tell whole records of another register, one of them what it alone requires."""
    free = [(index, code) for index, code in _assigned(register, head, words) if index not in fills]
    by_index = {column.index: column for column in head.heads}
    own = [(index, code) for index, code in free if code not in (USCC, NAME, *register.circumstances)]
    told = {code for _index, code in own} | {each.field for each in register.given}
    if any(by_index[index].year is not None for index, _code in own):
        told.add("year")
    decisive = [index for index, code in own if code in register.required] or [index for index, _code in own]
    return all(code in told for code in register.required) and any(
        words.claims(by_index[index], about_firm=True) == 1 or by_index[index].year is not None for index in decisive
    )


def guess_given(name: str, head: SheetHead, layout: SheetMapping, registers: Registers) -> dict[str, str]:
    """What a sheet's name and the titles above a head say once for all rows, without what is only usual."""
    titles = _titles(name, head)
    guessed = ((str(target), each.guess(titles)) for target, each in givable(layout, registers))
    return {target: value for target, value in guessed if value}


def _given(layout: SheetMapping, registers: Registers, titles: str) -> Mapping[str, str]:
    """What the sheet's name and titles tell once for all rows, or what is usual, where no column does."""
    told = ((str(target), each.guess(titles) or each.default) for target, each in givable(layout, registers))
    return {target: value for target, value in told if value and layout.index_of(target) is None}


def givable(layout: SheetMapping, registers: Registers) -> Iterator[tuple[ColumnTarget, GivenField]]:
    """What a sheet may tell once, of each register that its rows speak of."""
    for code in dict.fromkeys([layout.register, *(entry.register for entry in layout.entries)]):
        for each in registers[code].given if code in registers else ():
            yield ColumnTarget(code, each.field), each


def _titles(name: str, head: SheetHead) -> str:
    return " ".join((name, *head.titles))


def _names_of(head: ColumnHeading) -> tuple[str, ...]:
    """The names to look a head up by: with its group, then alone."""
    if not head.group:
        return (head.name,)
    levels = dict.fromkeys((head.group, *reversed(head.group.split("/"))))
    groups = dict.fromkeys((*levels, *map(plain_group, levels)))
    grouped = (f"{group}{between}{head.name}" for group in groups for between in ("/", ""))
    return (*(split_header(name)[0] for name in grouped), head.name)
