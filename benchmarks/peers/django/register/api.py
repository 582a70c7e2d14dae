"""The firms over REST framework: pages, filters, order, search, PATCH; and the sheets of import-export."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import filters, serializers, viewsets
from rest_framework.authtoken.models import Token

from register.models import Company
from register.sheets import CompanySheet


class CompanySerializer(serializers.ModelSerializer):
    class Meta:
        model = Company
        exclude = ("capital_text",)


class CompanyViewSet(viewsets.ModelViewSet):
    queryset = Company.objects.order_by("id")
    serializer_class = CompanySerializer
    lookup_field = "uscc"
    filter_backends = [filters.SearchFilter, filters.OrderingFilter]
    search_fields = ["name", "uscc"]
    ordering_fields = ["id", "name", "registered_on", "capital_fen", "updated_at"]

    def get_queryset(self) -> QuerySet[Company]:
        asked = {name: self.request.query_params.get(name) for name in ("region_code", "field_code", "scale")}
        return super().get_queryset().filter(**{name: value for name, value in asked.items() if value is not None})


def sheet(request: HttpRequest, kind: str) -> HttpResponse:
    """The whole list as a file, as import-export's own export page makes it."""
    scheme, _space, key = request.headers.get("authorization", "").partition(" ")
    if scheme != "Token" or not Token.objects.filter(key=key).exists():
        raise Http404
    dataset = CompanySheet().export(Company.objects.order_by("name"))
    return HttpResponse(getattr(dataset, kind), content_type="application/octet-stream")
