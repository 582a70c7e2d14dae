"""Where everything is."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from register.api import CompanyViewSet, sheet

router = DefaultRouter()
router.register("companies", CompanyViewSet)


def well(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [
    path("healthz", well),
    path("admin/", admin.site.urls),
    path("api/", include(router.urls)),
    path("export.<str:kind>", sheet),
]
