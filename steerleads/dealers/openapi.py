"""What the API's document says of keys."""

from rest_framework import serializers

from steerleads.api.openapi import Success, answer, operation, operations
from steerleads.api.serializers import enum
from steerleads.dealers.models import Environment

KEY_WORKS = {
    "success": True,
    "message": "This API key works",
    "dealership": {"id": "0194f5d0-1f2e-7a6b-8c3d-5e4f6a7b8c9d", "name": "Casa Motors"},
    "key": {
        "name": "Website",
        "environment": "prod",
        "scopes": ["leads:read", "leads:write", "vehicles:read", "vehicles:write"],
        "expiresAt": None,
    },
}

KeyEnvironment = enum("KeyEnvironment", Environment.values)


class Dealership(serializers.Serializer):
    """Whom the key belongs to."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class Key(serializers.Serializer):
    """What the key may do, and until when (`null`: until it is revoked)."""

    name = serializers.CharField()
    environment = KeyEnvironment()
    scopes = serializers.ListField(child=serializers.CharField())
    expiresAt = serializers.DateTimeField(allow_null=True)


class KeyTest(Success):
    """The key works."""

    dealership = Dealership()
    key = Key()


documents = operations(
    test=operation(
        "test_auth",
        tags=["Authentication"],
        summary="Test API Key",
        description="Try a key: whose it is and what it may do. Any valid key may call this.",
        responses={200: answer(KeyTest, "The key works.", {"A key that works": KEY_WORKS})},
        any_key=True,
    ),
)
