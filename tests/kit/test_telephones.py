"""Telephone numbers as bureaus write them; all are fictional."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.written.telephones import TelephoneProblem, read_telephone


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10018223862", "10018223862"),
        ("10018223862.0", "10018223862"),
        ("100 1822 3862", "10018223862"),
        ("100-1822-3862", "10018223862"),
        ("+86 10018223862", "10018223862"),
        ("+86-100-1822-3862", "10018223862"),
        ("１００１８２２３８６２", "10018223862"),
        ("0728-0009926", "0728-0009926"),
        ("0728—0009926", "0728-0009926"),
        ("0728－0009926", "0728-0009926"),
        ("(0728)0009926", "0728-0009926"),
        ("（0728） 000 9926", "0728-0009926"),
        ("07280009926", "0728-0009926"),
        ("027-80000000", "027-80000000"),
        ("02780000000", "027-80000000"),
        ("0728-0009926转801", "0728-0009926转801"),
        ("0728-0009926 ext. 801", "0728-0009926转801"),
        ("0728-0009926#801", "0728-0009926转801"),
        ("6240000", "6240000"),
        ("4000000000", "400-000-0000"),
        ("10018223862、0728-0009926", "10018223862、0728-0009926"),
        ("10018223862/10018223863", "10018223862、10018223863"),
    ],
)
def test_a_number_in_one_spelling(text: str, number: str) -> None:
    read = read_telephone(text)
    assert (read.number, read.problem) == (number, None)


@pytest.mark.parametrize(
    "text", ["1001822386", "100182238621", "0728-000992", "0728-000992612", "12345", "10018223862/123"]
)
def test_a_wrong_length_is_named(text: str) -> None:
    assert read_telephone(text).problem is TelephoneProblem.LENGTH


@pytest.mark.parametrize("text", ["张三", "", "见名片", "abc10018223862", "1.0018E+10"])
def test_what_is_no_number_at_all(text: str) -> None:
    assert read_telephone(text).problem is TelephoneProblem.UNREADABLE


@given(st.text(alphabet="0123456789 -—()转#/、+", max_size=24))
def test_reading_is_idempotent(text: str) -> None:
    read = read_telephone(text)
    assert bool(read.number) == (read.problem is None)
    if read.number:
        assert read_telephone(read.number) == read
