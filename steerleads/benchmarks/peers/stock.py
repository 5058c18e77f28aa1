"""A stock Django REST framework: a ModelViewSet with ModelSerializers over our models, writing the same history."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.viewsets import ModelViewSet

from cars.models import Car
from leads.models import EventKind, Lead, LeadEvent
from steerleads.benchmarks.peers.facts import FOLDED_FROM, NAMES, told
from steerleads.dealers.actors import ActorType


class CarSerializer(serializers.ModelSerializer):
    overviewYear = serializers.IntegerField(source="overview_year")

    class Meta:
        model = Car
        fields = ["id", "make", "model", "overviewYear", "location"]


class LeadSerializer(serializers.ModelSerializer):
    carId = serializers.UUIDField(source="car_id", read_only=True)
    targetName = serializers.CharField(source="target_name", max_length=200)
    targetInfo = serializers.CharField(source="target_info", max_length=500)
    createdAt = serializers.DateTimeField(source="created_at", read_only=True)
    updatedAt = serializers.DateTimeField(source="updated_at", read_only=True)

    class Meta:
        model = Lead
        fields = [
            *("id", "carId", "status", "action", "targetName", "targetInfo"),
            *("tag", "note", "order", "createdAt", "updatedAt"),
        ]

    def create(self, validated_data):
        lead = Lead(**validated_data)
        lead.fold()
        lead.save()
        return lead

    def update(self, lead, validated_data):
        for name, value in validated_data.items():
            setattr(lead, name, value)
        if FOLDED_FROM & validated_data.keys():
            lead.fold()
        lead.save()
        return lead


class LeadWithCarSerializer(LeadSerializer):
    car = CarSerializer(read_only=True)

    class Meta(LeadSerializer.Meta):
        fields = [*LeadSerializer.Meta.fields, "car"]


class ChangeSerializer(LeadSerializer):
    """Answers what was sent."""

    def to_representation(self, lead):
        shown = {"id", "updatedAt", *self.initial_data}
        return {name: value for name, value in super().to_representation(lead).items() if name in shown}


class LeadViewSet(ModelViewSet):
    filterset_fields = ["status", "action", "tag"]
    ordering_fields = ["order", "status", "action", "created_at", "updated_at"]
    ordering = ["order", "created_at", "id"]
    lookup_url_kwarg = "id"

    def get_queryset(self):
        leads = Lead.objects.filter(dealership=self.request.user)
        if self.action == "list":
            return leads.filter(car=self._car(), archived=False).select_related("car")
        return leads

    def get_serializer_class(self):
        return {"list": LeadWithCarSerializer, "partial_update": ChangeSerializer}.get(self.action, LeadSerializer)

    def perform_create(self, serializer):
        with transaction.atomic():
            now = timezone.now()
            lead = serializer.save(dealership=self.request.user, car=self._car(), created_at=now, updated_at=now)
            self._record(lead, EventKind.CREATED, dict.fromkeys(NAMES), {name: getattr(lead, name) for name in NAMES})

    def perform_update(self, serializer):
        with transaction.atomic():
            lead, changes = serializer.instance, dict(serializer.validated_data)
            before = {name: getattr(lead, name) for name in changes}
            lead = serializer.save(version=lead.version + 1, updated_at=timezone.now())
            self._record(lead, EventKind.CHANGED, before, changes)

    def _record(self, lead, kind, before, after):
        changes, texts = told(before, after)
        LeadEvent.objects.create(
            dealership=self.request.user,
            lead_id=lead.pk,
            car_id=lead.car_id,
            kind=kind,
            at=lead.updated_at,
            actor_type=ActorType.API_KEY,
            actor_name=self.request.auth.name,
            changes=changes,
            texts=texts,
        )

    def _car(self):
        return get_object_or_404(Car, pk=self.kwargs["car_id"], dealership=self.request.user)


urlpatterns = [
    path("v1/leads/car/<uuid:car_id>", LeadViewSet.as_view({"get": "list", "post": "create"})),
    path("v1/leads/<uuid:id>", LeadViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
]
