"""The list of firms in Django's admin. The choices of its filters are read once a process, not at every page."""

from functools import cache
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from register.models import Company


@cache
def _known(field: str) -> tuple[tuple[str, str], ...]:
    return tuple((code, code) for code in Company.objects.values_list(field, flat=True).distinct().order_by(field))


class _ByCode(admin.SimpleListFilter):
    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return _known(self.parameter_name)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Company]) -> QuerySet[Company]:
        value = self.value()
        return queryset if value is None else queryset.filter(**{self.parameter_name: value})


class ByRegion(_ByCode):
    title, parameter_name = "区域", "region_code"


class ByField(_ByCode):
    title, parameter_name = "技术领域", "field_code"


class ByScale(_ByCode):
    title, parameter_name = "规模", "scale"


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):
    list_display = ("name", "uscc", "registered_on", "capital_fen", "field_code", "region_code")
    list_filter = (ByRegion, ByField, ByScale)
    search_fields = ("name", "uscc")
    list_per_page = 50
    show_full_result_count = False
