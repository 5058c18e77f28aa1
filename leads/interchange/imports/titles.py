"""The one table of titles of leads: what columns are called in our exports, in CRMs, and in French and Arabic sheets."""

from collections.abc import Iterable, Mapping
from functools import cache

from django.conf import settings

from cars.sheets import ALIASES
from leads.interchange.exports.contents import LEADS_TO_EXPORT
from steerleads.db.text import fold
from steerleads.tables.titles import Titles

# What a column of a file can be, by the names that `--map` takes, and every title that says so. Folding, units and
# marks are the business of `steerleads.tables`.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "SteerLeads ID"),
    "externalId": (
        *("externalId", "External ID", "Record ID", "Lead ID", "Lead - ID", "Contact ID", "Reference ID"),
        *("Identifiant", "ID externe", "Identifiant externe", "المعرف الخارجي", "رقم العميل"),
    ),
    "source": (
        *("source", "Lead Source", "LeadSource", "Original Source", "Lead - Source", "source_id"),
        *("Origine", "Provenance", "Source du lead", "Canal", "المصدر"),
    ),
    "targetName": (
        *("targetName", "Name", "Full Name", "full_name", "Contact name", "contact_name", "Person - Name"),
        *("Customer", "Customer name", "Client name", "Lead Name", "Lead - Contact person"),
        *("Nom complet", "Nom et prénom", "Nom & prénom", "Nom prénom", "Prénom et nom", "Nom du client"),
        *("Nom du contact", "Nom du prospect", "Client", "Prospect"),
        *("الاسم", "الاسم الكامل", "اسم العميل", "اسم الزبون", "العميل", "الزبون", "الاسم والنسب"),
    ),
    "firstName": (
        *("First Name", "FirstName", "first_name", "Given name", "Person - First name"),
        *("Prénom", "الاسم الشخصي", "الاسم الأول"),
    ),
    "lastName": (
        *("Last Name", "LastName", "last_name", "Family name", "Surname", "Person - Last name"),
        *("Nom", "Nom de famille", "النسب", "الاسم العائلي", "اسم العائلة", "اللقب"),
    ),
    "company": (
        *("Company", "Company name", "Company / Account", "partner_name", "Organization - Name", "Organization"),
        *("Lead - Organization", "company_name", "Associated company"),
        *("Société", "Entreprise", "Raison sociale", "الشركة", "اسم الشركة"),
    ),
    "targetInfo": (
        *("targetInfo", "Contact", "Contact info", "Contact information", "Phone or e-mail"),
        *("Coordonnées", "Téléphone ou e-mail", "معلومات الاتصال"),
    ),
    "phone": (
        *("phone", "Phone Number", "phone_number", "Telephone", "Telephone number", "Tel", "Tel.", "Person - Phone"),
        *("Phone 1", "Phone 2", "Other phone", "OtherPhone", "HomePhone", "Home Phone", "Work phone", "Business phone"),
        *("Téléphone", "Tél", "Téléphone fixe", "Tél fixe", "Fixe", "N° de téléphone", "Numéro de téléphone"),
        *("Téléphone 1", "Téléphone 2", "Tél 1", "Tél 2", "Numéro", "N° tél", "N° téléphone"),
        *("الهاتف", "رقم الهاتف", "هاتف", "الهاتف الثابت", "رقم التلفون", "التلفون"),
    ),
    "mobile": (
        *("Mobile", "Mobile Phone", "MobilePhone", "Mobile phone number", "Mobile number", "Cell", "Cell phone"),
        *("WhatsApp", "WhatsApp number", "whatsapp_number", "Person - Mobile"),
        *("GSM", "Portable", "Téléphone portable", "Téléphone mobile", "Tél portable", "Tél mobile", "N° GSM"),
        *("الجوال", "المحمول", "النقال", "الهاتف المحمول", "الهاتف النقال", "رقم الجوال", "واتساب"),
    ),
    "email": (
        *("email", "E-mail", "Mail", "Email address", "E-mail address", "email_from", "Person - Email"),
        *("Secondary email", "Work email", "Courriel", "Adresse e-mail", "Adresse email", "Adresse mail"),
        *("البريد الإلكتروني", "البريد", "الإيميل", "ايميل", "بريد إلكتروني"),
    ),
    "status": (
        *("status", "Lead Status", "Lead - Status", "Contact status", "Statut", "Statut du lead", "État"),
        *("الحالة", "حالة"),
    ),
    "action": (
        *("action", "Lead - Title", "Opportunity", "Subject", "Task", "To do", "Next step"),
        *("Objet", "Sujet", "Tâche", "À faire", "Demande", "الإجراء", "المهمة", "الموضوع"),
    ),
    "tag": (
        *("tag", "Tags", "tag_ids", "Label", "Labels", "Lead - Label", "Lead - Labels", "Category"),
        *("Étiquette", "Étiquettes", "Catégorie", "Libellé", "الوسم", "وسم", "التصنيف", "الفئة"),
    ),
    "note": (
        *("note", "Notes", "Note(s)", "Comment", "Comments", "Message", "Description", "Remarks", "Lead - Note"),
        *("Remarque", "Remarques", "Commentaire", "Commentaires", "Observation", "Observations"),
        *("ملاحظة", "ملاحظات", "الملاحظات", "تعليق", "الرسالة"),
    ),
    "order": ("order",),
    "archived": ("archived",),
    "createdAt": (
        *("createdAt", "Created at", "Create Date", "create_date", "Created Date", "CreatedDate", "Created"),
        *("Created Time", "created_time", "Created on", "Creation date", "Lead created", "Lead - Lead created"),
        *("Date", "Date de création", "Créé le", "Date du contact", "تاريخ الإنشاء", "التاريخ", "تاريخ"),
    ),
    "updatedAt": ("updatedAt",),
    "carId": ("carId", "Car ID", "Vehicle ID"),
    "car": (
        *("Car", "Vehicle", "Vehicle of interest", "Véhicule", "Voiture", "Véhicule souhaité"),
        *("السيارة", "المركبة", "سيارة"),
    ),
    **{field: (field, *ALIASES[field]) for field in ("make", "model", "overviewYear", "vin", "plate")},
    # A reference may be the customer's.
    "stockNumber": ("stockNumber", *(each for each in ALIASES["stockNumber"] if each != "reference"), "Stock number"),
    "location": ("location",),
}
FIELDS = tuple(SPELLINGS)
# Of these, a lead may have several: all their columns are read.
SEVERAL = frozenset({"phone", "mobile", "email"})
SINGLE = frozenset(FIELDS) - SEVERAL
# Odoo's `name` is what an opportunity is called, and never the person's.
OF_ODOO = frozenset({"contact_name", "email_from", "partner_name"})

# By which titles a CRM's own export is known; at least two of them. The first that has most of them counts.
SIGNS: Mapping[str, frozenset[str]] = {
    "odoo": frozenset({"contact_name", "email_from", "partner_name", "tag_ids"}),
    "meta": frozenset({"ad_id", "form_name", "form_id", "adset_id", "campaign_id", "platform", "created_time"}),
    "pipedrive": frozenset({"lead - title", "person - name", "person - email", "person - phone", "lead - label"}),
    "hubspot": frozenset({"record id", "phone number", "create date", "contact owner", "lifecycle stage", "message"}),
    "salesforce": frozenset({"lead source", "leadsource", "lead id", "company", "mobilephone", "lastname"}),
    "zoho": frozenset({"lead source", "record id", "lead owner", "created time", "modified time", "company"}),
}
LEAST_SIGNS = 2


@cache
def known_titles() -> Titles:
    """All of them, as `steerleads.tables` finds columns by them, with those that our own exports write."""
    names = {spelling: field for field, spellings in SPELLINGS.items() for spelling in spellings}
    return Titles(names | own_titles(), SINGLE)


def own_titles() -> dict[str, str]:
    """{title: field} of our own exports, in every language."""
    leads = LEADS_TO_EXPORT
    languages = [code for code, _name in settings.LANGUAGES]
    return {
        title: field
        for language in languages
        for field, title in zip(leads.titles, leads.titles_in(language), strict=True)
    }


def fields_of(titles: Iterable[str], known: Iterable[str | None]) -> list[str | None]:
    """The field of each column, from its title and what it is known as by itself."""
    folded = [fold(title).strip() for title in titles]
    is_odoo = bool(OF_ODOO & set(folded))
    return ["action" if is_odoo and title == "name" else field for title, field in zip(folded, known, strict=True)]


def kind_of(titles: Iterable[str], otherwise: str) -> str:
    """Whose export this is (`hubspot`), or `otherwise`, the kind of the file (`csv`)."""
    folded = {fold(title).strip() for title in titles}
    best = max(SIGNS, key=lambda kind: len(SIGNS[kind] & folded))
    return best if len(SIGNS[best] & folded) >= LEAST_SIGNS else otherwise
