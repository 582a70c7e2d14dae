from hypothesis import given
from hypothesis import strategies as st

from app.enterprises.domain.search import fold, query_terms, query_words, search_document, search_terms


def test_a_document_holds_names_pinyin_initials_and_codes() -> None:
    document = search_document(["潜江ABC（示例）", "旧名"], ["91429099MA4TE5T05X"])
    assert document.split("\n") == [
        "潜江abc示例",
        "qianjiangabcshili",
        "qjabcsl",
        "旧名",
        "jiuming",
        "jm",
        "91429099ma4te5t05x",
    ]


def test_terms_do_not_cross_lines() -> None:
    assert search_terms("甲乙\n丙") == {"甲", "乙", "甲乙", "丙"}


def test_a_query_is_cut_into_words_and_pairs() -> None:
    assert query_words(" 潜江  （机械） ") == ["潜江", "机械"]
    assert query_terms("潜江市") == ["江市", "潜江"]
    assert query_terms("潜") == ["潜"]
    assert query_words("%_'\"") == []


def test_a_code_has_terms_of_four() -> None:
    assert {"9142", "max0", "000k"} <= search_terms("91429099max000000k")
    assert search_terms("软件2021年") >= {"件202", "2021", "021年"}
    assert not [term for term in search_terms("牛黄\nniuhuang") if len(term) > 2]
    assert query_terms("99max0") == ["99ma", "9max", "max0"]
    assert query_terms("max") == ["ax", "ma"]
    assert query_terms("软件园区1") == ["件园区1", "软件"]
    assert query_terms("9142") == ["9142"]


@given(st.text(st.sampled_from("0129azx中文 ")), st.data())
def test_whatever_stands_in_a_code_is_found_by_its_terms(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    part = folded[start : data.draw(st.integers(start, len(folded)))]
    if part:
        assert set(query_terms(part)) <= search_terms(folded)


@given(st.text(), st.data())
def test_whatever_stands_in_a_text_is_found_by_its_terms(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded)))
    part = folded[start : data.draw(st.integers(start, len(folded)))]
    if part:
        assert set(query_terms(part)) <= search_terms(folded)
