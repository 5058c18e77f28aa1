"""What people call the fields that a column can be."""

from django.utils.translation import gettext_lazy as _

FIELDS = {
    "targetName": _("Contact name"),
    "firstName": _("First name"),
    "lastName": _("Last name"),
    "company": _("Company"),
    "phone": _("Phone"),
    "mobile": _("Mobile phone"),
    "email": _("E-mail"),
    "targetInfo": _("Phone or e-mail, as it stands"),
    "status": _("Status"),
    "action": _("Action"),
    "tag": _("Tag"),
    "note": _("Note"),
    "createdAt": _("Created"),
    "car": _("Car, in one column"),
    "make": _("Make"),
    "model": _("Model"),
    "overviewYear": _("Year"),
    "vin": _("VIN"),
    "stockNumber": _("Stock number"),
    "plate": _("Plate"),
    "location": _("Location of the car"),
    "source": _("Source"),
    "externalId": _("ID in the other system"),
    "id": _("ID of our own export"),
    "order": _("Order"),
    "archived": _("Archived"),
    "updatedAt": _("Updated"),
    "carId": _("ID of the car"),
}
