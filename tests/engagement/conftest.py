"""Fixtures of engagement: asking a firm, planning a round."""

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.engagement.models import FirmRequest, VisitRound
from app.engagement.schemas import AskFirm, PlanRound
from app.engagement.service.asking import ask_firm
from app.engagement.service.planning import plan_round
from app.enterprises.models import Enterprise
from app.files.vault import Upload, Vault
from app.kit.actor import Actor
from app.kit.storage.local import LocalBlobs
from tests.files.conftest import pdf

AUDIT = {"kind": "material", "what": "annual-audit", "year": 2020}


@pytest.fixture
def ask(session: Session, now: datetime, actor: Callable[..., Actor]) -> Callable[..., FirmRequest]:
    """`ask(firm)`: ask it for the audit report of 2020, unless told otherwise."""
    officer = actor()

    def make(where: Enterprise, *, at: datetime = now, by: Actor = officer, **given: Any) -> FirmRequest:
        return ask_firm(session, actor=by, now=at, enterprise=where, given=AskFirm.model_validate(AUDIT | given))

    return make


@pytest.fixture
def plan(session: Session, now: datetime, actor: Callable[..., Actor]) -> Callable[..., VisitRound]:
    """`plan([firm, …])`: a round over two days from 1 July 2021, two firms a day."""
    officer = actor()

    def make(firms: list[Enterprise], *, by: Actor = officer, **given: Any) -> VisitRound:
        values = {"title": "三季度走访", "starts_on": date(2021, 7, 1), "days": 2, "per_day": 2} | given
        return plan_round(session, actor=by, now=now, firms=firms, given=PlanRound.model_validate(values))

    return make


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault in a folder of its own."""
    return Vault(LocalBlobs(tmp_path / "vault"))


@pytest.fixture
def upload() -> Callable[..., Upload]:
    """`upload()`: a little PDF as it comes in."""
    return lambda: Upload(io.BytesIO(pdf()), "审计报告.pdf")
