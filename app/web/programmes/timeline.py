"""The versions of a programme along one line of time."""

from collections.abc import Sequence
from datetime import date, timedelta

from app.kit.i18n import _
from app.programmes.domain.definition import Programme
from app.web.policies.timeline import Axis, Timeline, VersionMark

_AHEAD = timedelta(days=365)


def draw_versions(versions: Sequence[Programme], current: Programme | None, on: date, shown: Programme) -> Timeline:
    """The time line of `versions`, newest first; `current` is in force on the day `on`, `shown` the page is about."""
    ordered = [*reversed(versions)]
    first, last = ordered[0].effective_on, max(on, ordered[-1].effective_on) + _AHEAD
    axis = Axis(first, last)
    marks = tuple(
        _mark(version, ordered[index + 1 : index + 2], current, on, shown, axis)
        for index, version in enumerate(ordered)
    )
    return Timeline(marks, axis.at(on), first, last)


def _mark(
    version: Programme, later: Sequence[Programme], current: Programme | None, on: date, shown: Programme, axis: Axis
) -> VersionMark:
    ends = later[0].effective_on if later else axis.last
    left, right = axis.at(version.effective_on), axis.at(ends)
    state, text = _state(version, later, current, on)
    return VersionMark(
        url=f"/programmes/{version.code}?version={version.version}",
        version=version.version,
        jurisdiction="",
        place=_("版本"),
        period=_("%(day)s 起立案的适用") % {"day": version.effective_on},
        state=state,
        state_text=text,
        origin=str(version.authority),
        shown=version is shown,
        left=left,
        width=max(4, right - left),
        compare=f"/programmes/{version.code}/diff?from={version.supersedes}&to={version.version}"
        if version.supersedes
        else "",
    )


def _state(version: Programme, later: Sequence[Programme], current: Programme | None, on: date) -> tuple[str, str]:
    if version is current:
        return "good", _("现行")
    if version.effective_on > on:
        return "info", _("尚未施行")
    if later and later[0].effective_on == version.effective_on:
        return "idle", _("已更正")
    return "idle", _("已被代替")
