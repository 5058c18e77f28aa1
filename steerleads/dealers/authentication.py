"""Finds out which key a request carries, and counts the request against it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication

from steerleads.api.errors import InvalidApiKey, MissingApiKey
from steerleads.dealers.keys import find_key
from steerleads.dealers.ratelimit import consume


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`, the scheme in any case. The ApiKey becomes `request.auth`."""

    def authenticate(self, request):
        key = find_key(secret_of(request.META), request.META.get("REMOTE_ADDR", ""))
        if key is None:
            raise InvalidApiKey()
        request._request.api_key = key
        # Before scopes are judged: a call that is refused for its scope counts as well.
        request._request.hourly_limit = consume(key)
        return key.dealership, key

    def authenticate_header(self, request):
        return "Bearer"


def secret_of(environ):
    """The text of the key that was sent. Raises MissingApiKey."""
    scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise MissingApiKey()
    return secret.strip()


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "An API key, like `prod_…` or `dev_…`."}
