"""The background work of duplicates."""

from app.enterprises.duplicates.service import JOB_KIND
from app.enterprises.duplicates.sweep import sweep_register
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("查重"), sweep_register),)
