"""What is known of exports: managers read it, nobody changes it, and after two years it is forgotten (contract X7)."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from leads.interchange.models import Export
from leads.outbox.tests.deliveries import Clock
from leads.outbox.worker import Worker
from steerleads.dealers.actors import FORMER_COLLEAGUE
from steerleads.dealers.models import Dealership, Role
from steerleads.dealers.tests.people import browser, make_staff

LIST = "/admin/interchange/export/"


def took(dealership, **facts):
    """The record of an export."""
    facts = {"actor_name": "Website", "door": "api", "contents": "leads", "format": "csv", "rows": 3, **facts}
    return Export.objects.create(dealership=dealership, **facts)


@pytest.fixture
def boss(casa):
    Dealership.objects.update(language="en")
    return make_staff(casa, Role.MANAGER, email="boss@casa.example", first_name="Amina")


def test_managers_see_what_went_out_of_their_dealership(casa, atlas, boss):
    took(casa, filters=["status=NEW,COMPLETED", "search"])
    took(atlas, actor_name="Of Atlas")
    page = browser(boss).get(LIST).content.decode()
    assert "Website" in page and "status=NEW,COMPLETED, search" in page
    assert "Of Atlas" not in page


def test_nobody_adds_changes_or_deletes_a_record(casa, boss):
    export, client = took(casa), browser(boss)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{export.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{LIST}{export.pk}/change/", {"rows": "0"}).status_code == 403
    assert client.post(LIST, {"action": "delete_selected", "_selected_action": [str(export.pk)], "post": "yes"})
    assert Export.objects.values_list("rows", flat=True).get() == 3
    assert '<input type="text"' not in client.get(f"{LIST}{export.pk}/change/").content.decode()


def test_salespeople_see_none(casa):
    took(casa)
    assert browser(make_staff(casa, email="sales@casa.example")).get(LIST).status_code == 403


def test_a_record_is_kept_for_two_years(casa):
    now = timezone.now()
    took(casa, at=now - timedelta(days=729))
    old = took(casa, at=now - timedelta(days=731))
    Worker(threads=1, clock=Clock()).drain()
    assert [export.pk for export in Export.objects.all()] != [] and not Export.objects.filter(pk=old.pk).exists()


def test_who_leaves_is_not_named_any_more(casa, atlas, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    make_staff(casa, email="zoubida@casa.example", first_name="Zoubida", last_name="Mansouri")
    for dealership in (casa, atlas):
        took(dealership, actor_name="Zoubida Mansouri", door="admin")
    call_command("erase_staff", "zoubida@casa.example", "--yes")
    names = {export.dealership_id: export.actor_name for export in Export.objects.all()}
    assert names == {casa.pk: FORMER_COLLEAGUE, atlas.pk: "Zoubida Mansouri"}  # who is somebody else there
