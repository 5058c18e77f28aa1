"""The vehicles that leads hang on."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cars.plates import fold_plate
from steerleads.db.columns import FoldedField
from steerleads.db.ids import new_id
from steerleads.db.tenants import TenantQuerySet
from steerleads.db.text import fold, normalise, words
from steerleads.dealers.models import Dealership

SEARCHED = ("search_text", "staff_text")


def holding(word, car=""):
    """The condition on cars, or on what has one by the name of `car__`: they have this word, or part of one.

    In make, model, year, VIN, stock number, location or plate.
    """
    texts = {fold(word), plate} if (plate := fold_plate(word)) else set()
    conditions = [Q(**{f"{car}{column}__contains": text}) for column in SEARCHED for text in sorted(texts)]
    return reduce(or_, conditions, Q(pk__in=[]))


class CarQuerySet(TenantQuerySet):
    def matching(self, typed):
        """What staff look for: cars by the words of what describes or names them, or parts of them."""
        found = self
        for word in words(normalise(typed)):
            if fold_plate(word):  # else it is a sign between two words
                found = found.filter(holding(word))
        return found


class Car(models.Model):
    class Status(models.TextChoices):
        LOADING = "LOADING", _("Loading")
        INSPECTED = "INSPECTED", _("Inspected")
        SOLD = "SOLD", _("Sold")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dealership = models.ForeignKey(
        Dealership, models.PROTECT, related_name="+", db_index=False, verbose_name=_("dealership")
    )
    make = models.CharField(_("make"), max_length=100)
    model = models.CharField(_("model"), max_length=100)
    overview_year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    plate = models.CharField(_("plate"), max_length=30, null=True, blank=True)
    vin = models.CharField(_("VIN"), max_length=17, null=True, blank=True)
    stock_number = models.CharField(_("stock number"), max_length=50, null=True, blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2, null=True, blank=True)
    km = models.PositiveIntegerField(_("km"), null=True, blank=True)
    location = models.CharField(_("location"), max_length=100, null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.LOADING)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    make_folded = FoldedField()
    model_folded = FoldedField()
    location_folded = FoldedField(null=True)
    plate_folded = FoldedField(null=True)
    search_text = FoldedField()
    staff_text = FoldedField(null=True)

    objects = CarQuerySet.as_manager()

    class Meta:
        verbose_name = _("car")
        verbose_name_plural = _("cars")
        ordering = ["make_folded", "model_folded", "overview_year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dealership", "vin"], name="one_car_a_vin"),
            models.UniqueConstraint(fields=["dealership", "stock_number"], name="one_car_a_stock_number"),
        ]
        indexes = [
            models.Index(fields=["dealership", "created_at", "id"], name="car_created"),
            models.Index(fields=["dealership", "make_folded", "id"], name="car_make"),
            models.Index(fields=["dealership", "model_folded", "id"], name="car_model"),
            models.Index(fields=["dealership", "overview_year", "id"], name="car_year"),
            models.Index(fields=["dealership", "price", "id"], name="car_price"),
            models.Index(fields=["dealership", "km", "id"], name="car_km"),
        ]

    def __str__(self):
        return " ".join(str(part) for part in (self.make, self.model, self.overview_year) if part)

    @property
    def etag(self):
        return str(self.version)

    def fold(self):
        """Bring the folded columns in line with the texts. Called by the verbs before every save."""
        self.make_folded, self.model_folded = fold(self.make), fold(self.model)
        self.location_folded = fold(self.location) if self.location else None
        self.plate_folded = fold_plate(self.plate) if self.plate else None
        # What the API searches, which knows no plates; and what staff look for besides.
        self.search_text = _lines(self.make, self.model, self.vin, self.stock_number)
        year = str(self.overview_year or "")
        self.staff_text = _lines(year, self.location, self.plate, self.plate_folded)


def _lines(*texts):
    return "\n".join(fold(text) for text in texts if text)


class Stock(models.Model):
    """All cars of a dealership: `mark` names their state, for whoever shows them.

    It is another after each change of one, and when one is gone. Without a row, neither has happened. Its row is locked
    before any car, by whoever does that: what is committed later always has the later mark.
    """

    dealership = models.OneToOneField(Dealership, models.CASCADE, primary_key=True, related_name="+")
    mark = models.UUIDField(default=new_id)

    objects = TenantQuerySet.as_manager()
