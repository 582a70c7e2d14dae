"""The background work on many cases."""

from app.cases.bulk.service import JOB_KIND, carry_out
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("批量办理"), carry_out),)
