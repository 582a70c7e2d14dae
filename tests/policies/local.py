"""A fictional local policy with a parameter that the bureau sets, published as a row; for the pages and services."""

import hashlib
from datetime import UTC, date, datetime

import yaml
from sqlalchemy.orm import Session

from app.policies.domain.language.files import PolicyFile
from app.policies.models import PolicyVersion

LOCAL = "growth-test"
TEXT = """
policy: growth-test
jurisdiction: "{jurisdiction}"
version: "{version}"
title: {{zh: 成长培育（示例）, en: Growth test}}
subject: enterprise
issued_by: {{zh: 潜江市科学技术局, en: Science bureau of Qianjiang}}
effective_from: {day}
{more}
documents:
  plan: {{number: 潜科文〔2021〕8号, title: {{zh: 工作要点, en: Work plan}}, issued_on: 2021-03-31}}
parameters:
  staff_share:
    label: {{zh: 科技人员占比下限, en: Least share of R&D staff}}
    set_by_bureau: share
    reference: {{document: plan, clause: 二、9}}
    confidence: set-by-bureau
  sales_minimum:
    label: {{zh: 销售收入下限, en: Least sales}}
    by: years_counted
    bands:
      - {{up_to: "1", value: 100 万元}}
      - {{over: "1", up_to: "2", value: 200 万元}}
      - {{over: "2", value: {sales}}}
    reference: {{document: plan, clause: 二、9}}
    confidence: inferred
conditions:
  - id: G-1
    title: {{zh: 科技人员占比, en: Share of R&D staff}}
    reference: {{document: plan, clause: 二、9}}
    confidence: seen
    formula: rd_staff_average / staff_average >= staff_share
  - id: G-2
    title: {{zh: 近一年销售收入, en: Sales of the latest year}}
    reference: {{document: plan, clause: 二、9}}
    confidence: seen
    formula: latest(sales_revenue) >= sales_minimum
"""


def local_text(
    *, jurisdiction: str = "429005", version: str = "2021-01-01", sales: str = "300 万元", supersedes: str = ""
) -> str:
    """The file of one version."""
    more = f'supersedes: "{supersedes}"' if supersedes else ""
    return TEXT.format(jurisdiction=jurisdiction, version=version, day=version[:10], sales=sales, more=more)


def publish(session: Session, text: str, origin: str = "seed") -> PolicyVersion:
    """The version as a published row, as `yumiao seed` would write it."""
    file = PolicyFile.model_validate(yaml.safe_load(text))
    row = PolicyVersion(
        code=file.policy,
        jurisdiction=file.jurisdiction,
        version=file.version,
        supersedes=file.supersedes,
        effective_from=file.effective_from,
        effective_to=file.effective_to,
        title_zh=file.title.zh,
        title_en=file.title.en,
        content=file.model_dump(mode="json"),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        origin=origin,
        published_at=datetime(2021, 1, 1, tzinfo=UTC),
    )
    session.add(row)
    session.flush()
    return row


DAY = date(2021, 6, 30)
