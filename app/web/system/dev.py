"""`/dev/components`: every component in every state, with fictional data. Development only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.responses import HTMLResponse

from app.doors.calls.call import Call
from app.doors.calls.router import GuardedRouter
from app.doors.forms.bound import Bound
from app.doors.pages.timeline import ChangeLine, TimelineLine
from app.kit.errors import NotFound
from app.kit.i18n import _
from app.kit.paging import Count, Page
from app.kit.permissions import Action

LOOK = Action("dev.components", public=True)

router = GuardedRouter(door="web", prefix="/dev", tags=["dev"])


@dataclass(frozen=True)
class ComponentsPage:
    """Fictional values for the component page."""

    form: Bound[Any]
    refused: Bound[Any]
    stages: tuple[dict[str, str], ...]
    conditions: tuple[dict[str, str], ...]
    timeline: tuple[TimelineLine, ...]
    columns: tuple[dict[str, Any], ...]
    lanes: tuple[dict[str, Any], ...]
    rows: Page[str]
    exact: Count
    bounded: Count


@router.get("/components", action=LOOK)
def show_components(call: Call) -> HTMLResponse:
    """The page of all components; unknown outside development."""
    return _development_only(call, "dev/components.html")


@router.get("/components/portal", action=LOOK)
def show_portal_components(call: Call) -> HTMLResponse:
    """The same for the enterprise's frame."""
    return _development_only(call, "dev/portal.html")


def _development_only(call: Call, template: str) -> HTMLResponse:
    if call.settings.env == "production":
        raise NotFound("page.missing", _("没有这个页面。"))
    return call.render(template, sample_page())


def sample_page() -> ComponentsPage:
    """Fictional data in every state that a component knows."""
    return ComponentsPage(
        form=Bound(
            None, {"name": "江汉石英材料（示例）", "staff": "142", "field": "bio", "tier": ["seed"], "note": ""}
        ),
        refused=Bound(
            None,
            {
                "bad_name": "",
                "bad_staff": "-3",
                "bad_registered_on": "",
                "bad_field": "",
                "bad_tier": [],
                "bad_kind": "",
            },
            {
                "bad_name": ["请填写此项。"],
                "bad_staff": ["不能小于 0。"],
                "bad_field": ["请从列表中选择。"],
                "bad_kind": ["请从列表中选择。"],
                "bad_agree": ["请先勾选。"],
            },
            ["这家企业刚被别人修改过，请核对后再保存。"],
        ),
        stages=_stages(),
        conditions=_conditions(),
        timeline=_timeline(),
        columns=_columns(),
        lanes=_lanes(),
        rows=Page(items=[], next="MTAw", previous="NTA"),
        exact=Count(1204),
        bounded=Count(10_000, more=True),
    )


def _stages() -> tuple[dict[str, str], ...]:
    names = ("培育入库", "意向确认", "材料准备", "申报", "市局审查", "推荐", "专家评审", "公示", "发证")
    states = ["done"] * 4 + ["current"] + ["todo"] * 4
    notes = {"申报": "9 月 28 日", "市局审查": "预计 10 月 20 日前完成"}
    return tuple(
        {"label": name, "state": state, "note": notes.get(name, "")} for name, state in zip(names, states, strict=True)
    )


def _conditions() -> tuple[dict[str, str], ...]:
    return (
        {"outcome": "met", "title": "注册成立一年以上", "reference": "第十一条（一）", "actual": "2014-05-20 成立"},
        {
            "outcome": "unmet",
            "title": "近三年研发费用占比 ≥ 4%",
            "reference": "第十一条（五）",
            "actual": "3.82%",
            "gap": "还差 38.2 万元",
            "url": "#",
        },
        {
            "outcome": "unknown",
            "title": "无重大安全、质量、环境违法",
            "reference": "第十一条（八）",
            "actual": "待应急管理局意见",
            "note": "需要：应急管理局意见",
        },
    )


def _timeline() -> tuple[TimelineLine, ...]:
    def line(position: int, day: int, actor: str, text: str, note: str = "", *changes: ChangeLine) -> TimelineLine:
        at = datetime(2021, 10, day, 8, 20, tzinfo=UTC)
        return TimelineLine(position, at, actor, text, "enterprise", "1", "楚泽牛磺酸（示例）", "#", note, changes)

    changed = ChangeLine("研发费用占比", "4.8%", "5.2%")
    return (
        line(4, 12, "王（示例）", "修改年度数据", "", changed, ChangeLine("数据来源", "—", "专项审计报告")),
        line(3, 8, "王（示例）", "催办", "应急管理局意见"),
        line(2, 8, "企业", "补交材料", "研发人员名单 v2，替换 v1"),
        line(1, 7, "系统", "开始计时"),
    )


def _columns() -> tuple[dict[str, Any], ...]:
    return (
        {"label": "企业", "url": "?sort=-name", "direction": "asc"},
        {"label": "所在地", "url": "?sort=region"},
        {"label": "通道环节"},
        {"label": "销售收入（万元）", "url": "?sort=revenue", "number": True},
        {"label": "操作", "hidden": True},
    )


def _lanes() -> tuple[dict[str, Any], ...]:
    card = {"title": "江汉石英材料（示例）", "url": "#", "lines": ("高企认定 2021 第二批", "经办 王（示例）")}
    return (
        {"title": "材料准备", "count": 2, "cards": [{**card, "badge": ("late", "已逾期 2 天")}, card], "url": "#"},
        {"title": "申报", "count": 1, "cards": [{**card, "badge": ("info", "还有 6 个工作日")}]},
        {"title": "市局审查", "count": 0, "cards": []},
    )
