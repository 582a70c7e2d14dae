"""The background work of answers."""

from app.exchange.sheets.registration import JOB_KIND, register
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("登记回执文件"), register),)
