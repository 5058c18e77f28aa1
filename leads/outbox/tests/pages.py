"""What tests of the admin's pages of destinations and deliveries share."""

from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.urls import reverse
from django.utils import timezone

from leads.outbox.models import Attempt, Delivery, State


def sent(destination, lead=None, state=State.DEAD, status=500, error="", answer="<b>no</b>", **fields):
    """A Delivery that was tried once."""
    at = timezone.now()
    facts = {"dealership": destination.dealership, "destination": destination, "kind": "lead.created"}
    facts |= {"lead_id": lead and lead.pk, "attempts": 8, "last_at": at, "last_status": status, "last_error": error}
    delivery = Delivery.objects.create(state=state, **facts | fields)
    tried = {"at": at, "status": status, "error": error, "milliseconds": 123, "answer": answer}
    Attempt.objects.create(dealership=destination.dealership, delivery=delivery, lead=lead, **tried)
    return delivery


def page_of(row):
    return reverse(admin_urlname(row._meta, "change"), args=[row.pk])


def text_of(response):
    return response.content.decode()
