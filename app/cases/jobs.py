"""The background work of cases."""

from app.cases.service.opening_many import JOB_KIND, open_all
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("批量立案"), open_all),)
