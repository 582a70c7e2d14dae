"""The calendar's page: the year's days with their marks, days set and taken back, who may."""

from datetime import date

from app.reference.models import CalendarOverride

URL = "/system/calendar"


def test_a_year_shows_days_off_and_working_weekends(sign_in):
    page = sign_in().get(f"{URL}?year=2021").text
    assert "2021 年工作日 250 天" in page
    assert 'class="day holiday" title="2021-10-01 休息日 国庆节"' in page
    assert 'class="day make-up" title="2021-10-09 工作日"' in page
    assert page.count('class="month"') == 12
    assert page.count(' title="2021-') == 365


def test_a_day_is_set_and_taken_back_on_the_page(session, sign_in):
    client = sign_in("section_head")
    answer = client.post_form(URL, {"day": "2021-07-01", "kind": "free", "reason": "防汛停工"})
    assert answer.status_code == 303
    assert session.get(CalendarOverride, date(2021, 7, 1)).is_working is False
    page = client.get(f"{URL}?year=2021").text
    assert "2021 年工作日 249 天" in page
    assert "防汛停工" in page
    assert client.post_form(f"{URL}/clear", {"day": "2021-07-01"}).status_code == 422
    assert client.post_form(f"{URL}/clear", {"day": "2021-07-01", "reason": "取消"}).status_code == 303
    assert "2021 年工作日 250 天" in client.get(f"{URL}?year=2021").text


def test_a_refused_day_is_shown_beside_its_field(sign_in):
    answer = sign_in("section_head").post_form(URL, {"day": "2021-07-03", "kind": "free", "reason": "x"})
    assert answer.status_code == 422
    assert "这一天本来就是休息日" in answer.text


def test_a_caseworker_reads_and_does_not_set(sign_in):
    client = sign_in()
    assert "调整一天" not in client.get(URL).text
    assert client.post_form(URL, {"day": "2021-07-01", "kind": "free", "reason": "x"}).status_code == 403


def test_years_outside_are_refused(sign_in):
    assert sign_in().get(f"{URL}?year=1999").status_code == 422


def test_the_journal_tells_the_change_in_words(sign_in):
    client = sign_in("section_head")
    client.post_form(URL, {"day": "2021-07-01", "kind": "free", "reason": "防汛停工"})
    page = client.get("/system/journal").text
    assert "调整工作日历" in page
    assert "防汛停工" in page
