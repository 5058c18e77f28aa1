"""Webhooks and their deliveries, for those who want to be told of events."""

from django.utils import timezone

from leads.errors import LeadNotFound
from leads.outbox.actions import redeliver, send_test
from leads.outbox.errors import DeliveryNotFound
from leads.outbox.models import Delivery
from leads.outbox.pauses import paused_until
from leads.webhooks import actions
from leads.webhooks.errors import WebhookNotFound
from leads.webhooks.filters import DeliveryFilters
from leads.webhooks.models import Webhook
from leads.webhooks.openapi import delivery_documents, documents
from leads.webhooks.serializers import (
    DeliverySerializer,
    NewWebhook,
    RotatedWebhook,
    WebhookChanges,
    WebhookSerializer,
    WebhookWithSecret,
    columns_of,
    with_last_try,
)
from steerleads.api import etags, json
from steerleads.api.listing import Listing
from steerleads.api.lists import ListViewSet
from steerleads.db.ids import parse_id
from steerleads.dealers.actors import Actor
from steerleads.dealers.idempotency import idempotent

WEBHOOKS = Listing(
    model=Webhook,
    columns=WebhookSerializer.columns,
    render=WebhookSerializer.render,
    sorts={"createdAt": "created_at"},
    default="createdAt",
    ties=("id",),
)
DELIVERIES = Listing(
    model=Delivery,
    columns=DeliverySerializer.columns,
    render=DeliverySerializer.render,
    sorts={"createdAt": "created_at"},
    default="createdAt",
    ties=("id",),
    descending=True,
)


@documents
class WebhookViewSet(ListViewSet):
    queryset = Webhook.objects.none()
    listing = WEBHOOKS
    area = "webhooks:manage"
    not_found = {"id": WebhookNotFound}

    @property
    def actor(self):
        return Actor.of_key(self.request.auth)

    def get_queryset(self):
        return Webhook.objects.of(self.dealership)

    def retrieve(self, request, id):
        self.parameters()
        return self._whole(webhook_of(self))

    def create(self, request):
        self.parameters()
        fields = self.read(NewWebhook)

        def act():
            webhook = actions.create_webhook(self.dealership, columns_of(fields), actor=self.actor)
            return self._whole(
                webhook, WebhookWithSecret, status=201, Location=f"/v1/webhooks/{webhook.pk}"
            ), webhook.pk

        # The answer that an Idempotency-Key keeps has the secret in it, or a client whose connection broke could never
        # learn it. It lies no opener there than in its own table, and goes after a day, or with the webhook.
        return idempotent(self, act, gone=WebhookNotFound)

    def partial_update(self, request, id):
        self.parameters()
        fields = self.read(WebhookChanges, partial=True)

        def act():
            webhook = actions.change_webhook(
                self.dealership, self.path["id"], columns_of(fields), if_match=self.if_match(), actor=self.actor
            )
            return self._whole(webhook), webhook.pk

        return idempotent(self, act, gone=WebhookNotFound)

    def destroy(self, request, id):
        self.parameters()
        actions.delete_webhook(self.dealership, self.path["id"], if_match=self.if_match(), actor=self.actor)
        return self.answer({"success": True, "message": "Webhook deleted successfully"})

    def rotate(self, request, id):
        self.parameters()

        def act():
            webhook = actions.rotate_secret(self.dealership, self.path["id"], now=timezone.now(), actor=self.actor)
            return self._whole(webhook, RotatedWebhook), webhook.pk

        return idempotent(self, act, gone=WebhookNotFound)

    def _whole(self, webhook, serializer_class=WebhookSerializer, **answer):
        """The webhook. Its ETag is its version, and how it fares, which has none; what is shown once is no part of it."""
        body = WebhookSerializer.of(webhook)
        paused = paused_until(webhook, timezone.now())
        if paused:
            answer["X_Paused_Until"] = f"{paused:%Y-%m-%dT%H:%M:%SZ}"
        etag = f"{webhook.etag}.{etags.of_bytes(json.render([body, paused]))}"
        return self.answer(serializer_class.of(webhook), etag=etag, **answer)


@delivery_documents
class DeliveryViewSet(ListViewSet):
    """What was, is and will be sent to one webhook."""

    queryset = Delivery.objects.none()
    filterset_class, listing = DeliveryFilters, DELIVERIES
    always_paged = True  # it grows with every event
    area = "webhooks:manage"
    not_found = {"id": WebhookNotFound}

    def get_queryset(self):
        return with_last_try(Delivery.objects.of(self.dealership).filter(destination=self.path["id"]))

    def list(self, request, id):
        query = self.list_query()
        webhook_of(self)
        return query.answer()

    def test(self, request, id):
        self.parameters()

        def act():
            delivery = send_test(webhook_of(self))
            return self._whole(delivery), delivery.destination_id

        return idempotent(self, act, gone=WebhookNotFound)

    def redeliver(self, request, id, deliveryId):
        self.parameters()

        def act():
            webhook_of(self)  # before the delivery's id: where both are wrong, it is the webhook that is not there
            delivery = self.get_queryset().filter(pk=parse_id(deliveryId)).first()
            if delivery is None:
                raise DeliveryNotFound()
            delivery = redeliver(delivery)
            # What the receiver answered may name the lead's person, so what is kept of it goes with the lead.
            return self._whole(delivery), delivery.lead_id

        return idempotent(self, act, gone=LeadNotFound)

    def _whole(self, delivery):
        rows = self.get_queryset().filter(pk=delivery.pk)
        return self.answer(DeliverySerializer.render(rows.values_list(*DeliverySerializer.columns).get()), status=202)


def webhook_of(view: ListViewSet) -> Webhook:
    """The webhook that the path names. Raises WebhookNotFound."""
    webhook = Webhook.objects.of(view.dealership).filter(pk=view.path["id"]).first()
    if webhook is None:
        raise WebhookNotFound()
    return webhook
