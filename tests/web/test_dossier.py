"""The dossier over HTTP: chosen by day, taken as PDF or ZIP under the right name, each time journalled."""

import io
import re
import zipfile
from urllib.parse import unquote

import pytest
from sqlalchemy import select

from app.cases.printouts import dossier_job
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from app.kit.clock import today, utc_now
from tests.factories import cases
from tests.support import people


@pytest.fixture
def case(session):
    head = people.officer(session, role="section_head")
    return cases.opened(session, head, utc_now(), year=today(utc_now()).year).row


def taken(session):
    session.expire_all()
    wanted = select(JournalEvent).where(JournalEvent.type == "case.dossier_taken").order_by(JournalEvent.position)
    return [(event.data["form"], event.data["complete"]) for event in session.scalars(wanted)]


def test_taken_as_pdf_and_as_archive(session, sign_in, case):
    client = sign_in()
    assert f"/cases/{case.number}/dossier" in client.get(f"/cases/{case.number}").text
    page = client.get(f"/cases/{case.number}/dossier")
    assert page.status_code == 200
    assert "未提交的草稿不入卷" in page.text
    pdf = client.get(f"/cases/{case.number}/dossier.pdf")
    assert pdf.content.startswith(b"%PDF-")
    day = f"{today(utc_now()):%Y%m%d}"
    assert unquote(pdf.headers["content-disposition"]).endswith(f"{case.number}_{case.enterprise.name}_卷宗_{day}.pdf")
    archive = client.get(f"/cases/{case.number}/dossier.zip?on={today(utc_now())}")
    assert archive.headers["content-type"] == "application/zip"
    assert any(name.endswith("卷宗.pdf") for name in zipfile.ZipFile(io.BytesIO(archive.content)).namelist())
    assert taken(session) == [("pdf", True), ("zip", True)]
    assert "导出卷宗" in client.get(f"/cases/{case.number}").text


@pytest.mark.parametrize("on", ["1999-01-01", "2999-01-01", "never", "2021-02-30"])
def test_a_day_that_has_no_dossier_is_refused_beside_its_field(session, sign_in, case, on):
    client = sign_in()
    page = client.get(f"/cases/{case.number}/dossier?on={on}")
    assert page.status_code == 422
    assert f'value="{on}"' in page.text
    assert client.get(f"/cases/{case.number}/dossier.pdf?on={on}").status_code == 422
    assert client.get(f"/cases/{case.number}/dossier.zip?on={on}").status_code == 422
    assert taken(session) == []


def test_a_large_one_is_made_in_the_background_and_taken_from_the_page(
    app, session, sign_in, case, database, settings, monkeypatch
):
    monkeypatch.setattr(dossier_job, "BIG_FILES", -1)
    client = sign_in()
    base = f"/cases/{case.number}/dossier"
    assert f"{base}.zip" not in client.get(base).text
    ordered = client.post_form(base, {"on": today(utc_now()).isoformat()})
    waiting = client.get(ordered.headers["location"]).text
    job = re.search(rf'hx-get="{base}/(\d+)/progress"', waiting).group(1)
    assert "hx-refresh" not in client.get(f"{base}/{job}/progress").headers
    assert client.get(f"{base}/{job}.zip").status_code == 404
    around = JobContext(database, settings.data_dir, storage=settings.vault.blobs)
    assert Worker(around, kinds_of(app.state.database.composition)).run_waiting() == 1
    assert client.get(f"{base}/{job}/progress").headers["hx-refresh"] == "true"
    assert f"{base}/{job}.zip" in client.get(base).text
    archive = client.get(f"{base}/{job}.zip")
    assert zipfile.ZipFile(io.BytesIO(archive.content)).testzip() is None
    assert taken(session) == [("zip", True)]
    other = cases.opened(session, people.officer(session, role="section_head"), utc_now(), year=2021).row
    assert client.get(f"/cases/{other.number}/dossier/{job}.zip").status_code == 404


def test_strangers_find_no_dossier(session, sign_in, case):
    client = sign_in(region="429006")
    for url in ("dossier", "dossier.pdf", "dossier.zip", "dossier/1.zip"):
        assert client.get(f"/cases/{case.number}/{url}").status_code == 404
    assert taken(session) == []
