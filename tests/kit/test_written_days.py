"""Days as bureaus write them, and why a text is none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.written.days import DayProblem, read_span, read_written_day


@pytest.mark.parametrize(
    "text",
    [
        "2015-03-01",
        "2015-3-1",
        "2015/3/1",
        "2015/3/1 00:00",
        "2015-03-01 00:00:00",
        "2015-03-01T12:30:00.5",
        "2015.3.1",
        "2015年3月1日",
        "2015年03月01",
        "2015 年 3 月 1 日",
        "２０１５．３．１",
        "2015－3－1",
        "2015—3—1",
        "20150301",
        "42064",
        "42064.5",
        "二〇一五年三月一日",
        " 2015-03-01 ",
    ],
)
def test_a_day_in_every_spelling(text: str) -> None:
    assert read_written_day(text).day == date(2015, 3, 1)


def test_days_in_chinese_numerals() -> None:
    assert read_written_day("二○二四年十二月三十一日").day == date(2024, 12, 31)
    assert read_written_day("二零二四年十月廿一日").day == date(2024, 10, 21)
    assert read_written_day("二〇二四年十月").problem is DayProblem.INCOMPLETE


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2015年3月", DayProblem.INCOMPLETE),
        ("2015年3月份", DayProblem.INCOMPLETE),
        ("2015年3月底", DayProblem.INCOMPLETE),
        ("2015-03", DayProblem.INCOMPLETE),
        ("2015.3", DayProblem.INCOMPLETE),
        ("201503", DayProblem.INCOMPLETE),
        ("2015", DayProblem.INCOMPLETE),
        ("2015年", DayProblem.INCOMPLETE),
        ("2022-13-05", DayProblem.INVALID),
        ("2022-02-30", DayProblem.INVALID),
        ("20221305", DayProblem.INVALID),
        ("2015年13月", DayProblem.INVALID),
        ("15/3/1", DayProblem.UNREADABLE),
        ("3/1/2015", DayProblem.UNREADABLE),
        ("19999", DayProblem.UNREADABLE),
        ("60001", DayProblem.UNREADABLE),
        ("长期", DayProblem.UNREADABLE),
        ("", DayProblem.UNREADABLE),
        ("2023.01.23—2025.01.23", DayProblem.UNREADABLE),
    ],
)
def test_what_is_no_day_tells_why(text: str, problem: DayProblem) -> None:
    read = read_written_day(text)
    assert (read.day, read.problem) == (None, problem)


@pytest.mark.parametrize(
    "text",
    [
        "2023.01.23—2025.01.23",
        "2023-01-23至2025-01-23",
        "自2023年1月23日起至2025年1月23日止",
        "2023/1/23 - 2025/1/23",
        "2023/1/23~2025/1/23",
        "2023.1.23～2025.1.23",
        "20230123-20250123",
        "2023-01-23--2025-01-23",
    ],
)
def test_a_span_has_two_days(text: str) -> None:
    span = read_span(text)
    assert span is not None
    assert [each.day for each in span] == [date(2023, 1, 23), date(2025, 1, 23)]


@pytest.mark.parametrize("text", ["2023-01-23", "2023—2025", "三年", "2023.1.23—长期", ""])
def test_what_is_no_span(text: str) -> None:
    assert read_span(text) is None


def test_a_day_of_a_span_may_be_wrong_alone() -> None:
    span = read_span("2023.01.23—2025.13.23")
    assert span is not None
    assert (span[0].problem, span[1].problem) == (None, DayProblem.INVALID)


@given(
    st.dates(date(1840, 1, 1)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d 00:00:00"]),
)
def test_every_day_is_read_as_written(day: date, spelling: str) -> None:
    assert read_written_day(day.strftime(spelling)).day == day


@given(st.text(alphabet="0123456789-/.年月日 ~至二〇十", max_size=14))
def test_no_text_breaks_it(text: str) -> None:
    read = read_written_day(text)
    assert (read.day is None) == (read.problem is not None)
    read_span(text)
