"""People for tests of the admin, and their browsers."""

from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY

from steerleads.dealers.models import Membership, Role, User

PASSWORD = "correct horse battery"


def make_staff(dealership, role=Role.SALESPERSON, *, email=None, password=None, **fields):
    """A member of staff; one without a role is a superuser, one without a dealership works nowhere."""
    email = (
        email
        or f"{role or 'superuser'}.{(dealership.name if dealership else 'nowhere').split()[0].lower()}@example.com"
    )
    user = User.objects.create_user(email, password, is_staff=True, is_superuser=role is None, **fields)
    if dealership:
        Membership.objects.create(dealership=dealership, user=user, role=role or Role.MANAGER)
    return user


def browser(user=None, device=None):
    """A client that is signed in as this person, who has shown this second factor."""
    client = Client(headers={"host": "localhost"}, raise_request_exception=True)
    if user:
        client.force_login(user)
    if device:
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
    return client


def told(response):
    """The messages above the page."""
    return [str(message) for message in response.context["messages"]] if response.context else []


def form_errors(response):
    return response.context["adminform"].form.errors.get_json_data()
