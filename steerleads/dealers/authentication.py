"""Finds out which key a request carries, and counts the request against it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication

from steerleads.api.errors import InvalidApiKey, MissingApiKey
from steerleads.dealers.keys import find_key
from steerleads.dealers.ratelimit import take


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`, the scheme in any case. The ApiKey becomes `request.auth`."""

    def authenticate(self, request):
        request._request.api_key = key = key_of(request.META)
        # Before scopes are judged: a call that is refused for its scope counts as well.
        request._request.hourly_limit = take(key)
        return key.dealership, key

    def authenticate_header(self, request):
        return "Bearer"


def key_of(environ):
    """The working ApiKey that was sent. Raises MissingApiKey or InvalidApiKey."""
    scheme, _, secret = environ.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
    if scheme.lower() != "bearer":
        raise MissingApiKey()
    key = find_key(secret.strip())
    if key is None:
        raise InvalidApiKey()
    return key


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = ApiKeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "description": "An API key, like `prod_…` or `dev_…`."}
