"""The filters of the admin's list of leads by whose they are and until when, as the board's address has them (contract W14)."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.work.due import DUE, Clock
from leads.work.filters import ME, NOBODY
from leads.work.people import staff_of
from steerleads.db.ids import parse_id
from steerleads.dealers.models import Dealership
from steerleads.dealers.permissions import dealership_of


class AssignedFilter(admin.SimpleListFilter):
    """Somebody's leads, or nobody's. To superusers, who see all dealerships, no names are offered."""

    title = gettext_lazy("assigned to")
    parameter_name = "assignee"

    def __init__(self, request: HttpRequest, *args: Any):
        self.membership = getattr(request.user, "membership", None)
        super().__init__(request, *args)

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        dealership = None if request.user.is_superuser else dealership_of(request.user)
        staff = staff_of(dealership) if dealership else []
        others = [(str(each.id), each.name) for each in staff if not self.membership or each.id != self.membership.pk]
        return [(ME, _("me")), (NOBODY, _("nobody")), *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        if self.value() == NOBODY:
            return queryset.filter(work__assignee=None)
        whose = self._whose()
        return queryset.filter(work__assignee=whose) if whose else queryset.none()

    def _whose(self) -> UUID | None:
        if self.value() == ME:
            return self.membership.pk if self.membership else None
        return parse_id(self.value() or "")


class DueFilter(admin.SimpleListFilter):
    """By when they are due, on the clocks of each lead's own dealership."""

    title = gettext_lazy("due")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        words = {"overdue": _("Overdue"), "today": _("Today"), "week": _("Within a week"), "none": _("Not due")}
        return [(name, words[name]) for name in DUE]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in DUE:
            return queryset
        own = None if request.user.is_superuser else dealership_of(request.user)
        now, condition = timezone.now(), Q(pk__in=[])
        for dealership in [own] if own else Dealership.objects.all():
            condition |= Q(dealership=dealership) & DUE[self.value()](Clock(dealership.tz, now))
        return queryset.filter(condition)
