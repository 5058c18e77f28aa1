"""Staff for tests of work."""

from conftest import ApiClient
from steerleads.dealers.models import Membership, Role, User


def hire(dealership, name="Sara Alami", role=Role.SALESPERSON, **fields):
    """The Membership of somebody who works there."""
    first, _, last = name.partition(" ")
    email = f"{name.lower().replace(' ', '.')}@{dealership.name.split()[0].lower()}.example"
    user = User.objects.create_user(email, is_staff=True, first_name=first, last_name=last)
    return Membership.objects.create(dealership=dealership, user=user, role=role, **fields)


def client_for(membership, **key):
    """A client with a key that acts for somebody."""
    return ApiClient(membership.dealership, person=membership, **key)
