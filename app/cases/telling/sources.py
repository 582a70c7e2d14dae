"""What casework tells, for the registry of notices."""

from app.cases.telling.calendar import entries
from app.cases.telling.from_day import tell_day
from app.cases.telling.from_events import tell_events
from app.cases.telling.requests import tell_requests, tell_requests_near
from app.cases.telling.topics import TOPICS
from app.notices.sources import NoticeSources

SOURCES = NoticeSources(TOPICS, (tell_events, tell_requests), (tell_day, tell_requests_near), (entries,))
