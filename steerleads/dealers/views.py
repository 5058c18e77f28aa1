"""Lets a client try its key (contract 12a)."""

from steerleads.api.views import ApiViewSet
from steerleads.dealers.openapi import documents


@documents
class AuthViewSet(ApiViewSet):
    def test(self, request):
        self.parameters()
        key = request.auth
        return self.answer(
            {
                "success": True,
                "message": "This API key works",
                "dealership": {"id": key.dealership_id, "name": key.dealership.name},
                "key": {
                    "name": key.name,
                    "environment": key.environment,
                    "scopes": key.scopes,
                    "expiresAt": key.expires_at,
                },
            }
        )
