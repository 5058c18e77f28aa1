"""The vehicles API (contract 39)."""

from cars import actions
from cars.errors import CarNotFound
from cars.filters import CarFilters
from cars.models import Car
from cars.openapi import described
from cars.serializers import CAR_COLUMNS, WRITABLE, CarBody, car_object, row_of
from steerleads.api.lists import PAGING, SORTING, Listing, ListQuery
from steerleads.api.views import ApiViewSet
from steerleads.db.ids import parse_id
from steerleads.dealers.idempotency import once

CARS = Listing(
    model=Car,
    columns=CAR_COLUMNS,
    render=car_object,
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
)
CAR_PARAMETERS = {**CarFilters.known(), **SORTING, **PAGING}


@described
class CarViewSet(ApiViewSet):
    queryset = Car.objects.none()
    area = "vehicles"

    @property
    def dealership(self):
        return self.request.auth.dealership

    def list(self, request):
        parameters = self.parameters(CAR_PARAMETERS)
        cars = CarFilters.apply(Car.objects.of(self.dealership), parameters)
        return ListQuery(self, CARS, parameters).answer(cars)

    def retrieve(self, request, id):
        self.parameters()
        car = Car.objects.of(self.dealership).filter(pk=self._id(id)).first()
        if car is None:
            raise CarNotFound()
        return self._whole(car)

    def create(self, request):
        self.parameters()
        fields = self.read(CarBody)

        def act():
            car = actions.create_car(self.dealership, _columns(fields))
            return self._whole(car, status=201, Location=f"/v1/vehicles/{car.pk}"), car.pk

        return once(self, act, gone=CarNotFound)

    def partial_update(self, request, id):
        self.parameters()
        fields = self.read(CarBody, partial=True)

        def act():
            car = actions.change_car(self.dealership, self._id(id), _columns(fields), if_match=self.if_match())
            return self._whole(car), car.pk

        return once(self, act, gone=CarNotFound)

    def destroy(self, request, id):
        self.parameters()
        actions.delete_car(self.dealership, self._id(id), if_match=self.if_match())
        return self.answer({"success": True, "message": "Vehicle deleted successfully"})

    def _id(self, text):
        car_id = parse_id(text)
        if car_id is None:
            raise CarNotFound()
        return car_id

    def _whole(self, car, **answer):
        return self.answer(car_object(row_of(car)), tag=car.etag, **answer)


def _columns(fields):
    return {WRITABLE[name]: value for name, value in fields.items()}
