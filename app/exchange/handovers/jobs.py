"""The background work on hand-overs."""

from app.exchange.handovers.service.preparing import JOB_KIND, carry_out
from app.jobs.run import JobKind
from app.kit.i18n import N_

KINDS = (JobKind(JOB_KIND, N_("生成报送批次"), carry_out),)
