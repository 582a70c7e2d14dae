import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, lazy_pinyin

from app.enterprises.domain.names import (
    _WORD,
    _reader,
    _words,
    initials_of,
    normalise_name,
    person_pinyin,
    pinyin_of,
    same_name,
)


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("重庆长安汽车", "chong qing chang an qi che", "cqcaqc"),
        ("江汉重工", "jiang han zhong gong", "jhzg"),
        ("厦门银行", "xia men yin hang", "xmyh"),
        ("武汉3M公司", "wu han 3m gong si", "wh3mgs"),
        ("ABC科技（示例）", "abc ke ji shi li", "abckjsl"),
        ("万俟氏", "mo qi shi", "mqs"),
        ("№1科技℃", "no1 ke ji c", "no1kjc"),
        ("", "", ""),
        ("（）·—", "", ""),
    ],
)
def test_names_are_read(name: str, pinyin: str, initials: str) -> None:
    assert pinyin_of(name) == pinyin
    assert initials_of(name) == initials


@given(st.text("潜江湖北重庆长安行业银乐都万俟单石大和合车南传〇𠮷ａＢ3 ·（）-", max_size=12))
def test_a_name_is_read_as_the_dictionary_reads_it(name: str) -> None:
    """Phrase by phrase, each read once, is what the library says of the whole."""
    _ = pinyin_of("重工")  # the readings of our own are there
    parts = [part.lower() for part in lazy_pinyin(name, style=Style.NORMAL, errors=_words) if part]  # type: ignore[arg-type]
    full, short = _reader()(name)
    assert full == [part.removeprefix(_WORD) for part in parts]
    assert short == [part.removeprefix(_WORD) if part.startswith(_WORD) else part[:1] for part in parts]


@pytest.mark.parametrize(
    ("name", "pinyin"),
    [("曾国强", "zeng guo qiang"), ("单雄", "shan xiong"), ("解放", "xie fang"), ("李明", "li ming")],
)
def test_a_family_name_is_read_as_one(name: str, pinyin: str) -> None:
    assert person_pinyin(name) == pinyin


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" 潜江市 ＡＢＣ　科技(示例)有限公司 ", "潜江市 ABC 科技（示例）有限公司"),
        ("潜 江 市", "潜江市"),
        ("潜江\u200b市\x00\n有限公司", "潜江市有限公司"),
        ("Yangtze (Qianjiang) Ltd", "Yangtze (Qianjiang) Ltd"),
        ("=1+1", "=1+1"),
    ],
)
def test_one_spelling_is_kept(written: str, kept: str) -> None:
    assert normalise_name(written) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("潜江市甲科技有限公司", "潜江市甲科技有限公司"),
        ("潜江市甲科技有限公司", "潜江甲科技有限责任公司"),
        ("湖北省潜江市甲科技有限公司", "潜江甲科技有限公司"),
        ("潜江市甲科技有限公司", "甲科技有限公司"),
        ("甲科技（潜江）有限公司", "甲科技(潜江)有限公司"),
        ("甲科技（潜江）有限公司", "甲科技潜江有限公司"),
        ("ＡＢＣ 科技有限公司", "abc科技有限公司"),
        ("甲·乙机械厂（示例）", "甲乙机械厂 (示例)"),
    ],
)
def test_variants_of_a_name_are_one(one: str, other: str) -> None:
    assert same_name(one, other) and same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("潜江市甲科技有限公司", "潜江市乙科技有限公司"),
        ("武汉市甲科技有限公司", "潜江市甲科技有限公司"),
        ("甲科技有限公司", "甲科技股份有限公司"),
        ("甲科技有限公司", "甲科技有限公司潜江分公司"),
        ("甲1号有限公司", "甲11号有限公司"),
        ("甲科技有限公司", ""),
    ],
)
def test_other_names_are_not(one: str, other: str) -> None:
    assert not same_name(one, other) and not same_name(other, one)
