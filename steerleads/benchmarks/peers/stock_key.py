"""How the stock peer knows who calls: the key is looked up for every request."""

from hashlib import sha256

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from steerleads.dealers.models import ApiKey


class KeyAuthentication(BaseAuthentication):
    def authenticate(self, request):
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = sha256(secret.encode()).hexdigest()
        try:
            key = ApiKey.objects.select_related("dealership").get(digest=digest, revoked_at=None)
        except ApiKey.DoesNotExist:
            raise AuthenticationFailed() from None
        return key.dealership, key

    def authenticate_header(self, request):
        return "Bearer"


class HasScope(BasePermission):
    def has_permission(self, request, view):
        needed = "leads:read" if request.method in SAFE_METHODS else "leads:write"
        return request.auth is not None and needed in request.auth.scopes
