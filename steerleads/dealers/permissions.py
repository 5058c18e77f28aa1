"""What a key may do (scopes) and what a member of staff may do (roles)."""

from rest_framework.permissions import BasePermission

from steerleads.api.errors import InsufficientScope
from steerleads.dealers.models import Role

READING = ("GET", "HEAD", "OPTIONS")

# What a page of the admin may ask for, beside a Role.
SUPERUSER = "superuser"
NOBODY = None


class HasScope(BasePermission):
    """`leads:read` for reading and `leads:write` for the rest, in the view's area; an area of None needs no scope.

    An area like `webhooks:manage` is itself the scope, for reading and the rest. Of several areas, all are needed.
    """

    def has_permission(self, request, view):
        verb = "read" if request.method in READING else "write"
        areas = (view.area,) if isinstance(view.area, str) else view.area or ()
        for needed in (area if ":" in area else f"{area}:{verb}" for area in areas):
            check_scope(request.auth, needed)
        return True


def check_scope(key, needed):
    """Raises InsufficientScope if a key does not have this scope."""
    if needed not in key.scopes:
        raise InsufficientScope(f"This API key does not have the scope {needed}, which this call needs.")


def dealership_of(user):
    """The one dealership a member of staff works for, or None. A superuser sees all, with or without one."""
    membership = getattr(user, "membership", None)
    return membership.dealership if membership else None


def has_role(user, least):
    """Whether this person has at least the rights of `least`: a Role, SUPERUSER or NOBODY."""
    if least is NOBODY or not user.is_active:
        return False
    if user.is_superuser:
        return True
    membership = getattr(user, "membership", None)
    return membership is not None and least in (Role.SALESPERSON, membership.role)


def owes_second_factor(user):
    """Whether this session has yet to show the person's second factor; or the person, to set one up where it is demanded.

    `user` is the request's: OTPMiddleware has told it what its session has shown.
    """
    if user.has_device:
        return not user.is_verified()
    dealership = dealership_of(user)
    return dealership is not None and dealership.demands_two_factor
