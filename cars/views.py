"""The vehicles API (contract 39)."""

from cars import actions
from cars.errors import CarNotFound
from cars.filters import CarFilters
from cars.models import Car
from cars.openapi import documents
from cars.serializers import WRITABLE, NewVehicle, VehicleChanges, VehicleSerializer
from steerleads.api.listing import Listing
from steerleads.api.lists import ListViewSet
from steerleads.dealers.idempotency import idempotent

CARS = Listing(
    model=Car,
    columns=VehicleSerializer.columns,
    render=VehicleSerializer.render,
    sorts={
        "make": "make_folded",
        "model": "model_folded",
        "overviewYear": "overview_year",
        "price": "price",
        "km": "km",
        "createdAt": "created_at",
    },
    default="createdAt",
    ties=("id",),
    nullable=frozenset({"overview_year", "price", "km"}),
    sort_name="VehicleSort",
)


@documents
class CarViewSet(ListViewSet):
    queryset = Car.objects.none()
    filterset_class, listing = CarFilters, CARS
    area = "vehicles"
    not_found = {"id": CarNotFound}

    def get_queryset(self):
        return Car.objects.of(self.dealership)

    def retrieve(self, request, id):
        self.parameters()
        car, version = self.get_shown(VehicleSerializer, "version")
        return self.answer(car, etag=str(version))

    def create(self, request):
        self.parameters()
        fields = self.read(NewVehicle)

        def act():
            car = actions.create_car(self.dealership, _columns(fields))
            return self._whole(car, status=201, Location=f"/v1/vehicles/{car.pk}"), car.pk

        return idempotent(self, act, gone=CarNotFound)

    def partial_update(self, request, id):
        self.parameters()
        fields = self.read(VehicleChanges, partial=True)

        def act():
            car = actions.change_car(self.dealership, self.path["id"], _columns(fields), if_match=self.if_match())
            return self._whole(car), car.pk

        return idempotent(self, act, gone=CarNotFound)

    def destroy(self, request, id):
        self.parameters()
        actions.delete_car(self.dealership, self.path["id"], if_match=self.if_match())
        return self.answer({"success": True, "message": "Vehicle deleted successfully"})

    def _whole(self, car, **answer):
        return self.answer(VehicleSerializer.of(car), etag=car.etag, **answer)


def _columns(fields):
    return {WRITABLE[name]: value for name, value in fields.items()}
