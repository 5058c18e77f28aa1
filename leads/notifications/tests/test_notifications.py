"""Notifications by mail as a real server on 127.0.0.1 receives them, and what they say in each language."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from conftest import make_car, make_lead
from leads.actions import change_lead
from leads.models import LeadEvent
from leads.notifications import texts
from leads.notifications.actions import create_rule
from leads.notifications.models import Rule, Trigger
from leads.outbox.actions import send_test
from leads.outbox.models import Delivery
from leads.outbox.telling import tell
from leads.outbox.tests.deliveries import attempt
from steerleads.dealers.actors import Actor

pytestmark = pytest.mark.django_db
MONDAY = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)  # 10:30 in Casablanca
TO_SARA = {"to": "sara@casa.example"}
OMAR = Actor("staff", "Omar")
SARA = {"action": "Rappeler", "target_name": "سارة العلمي", "target_info": "+212-600-123456", "tag": "VIP"}


def subject_of(letter):
    # A subject in encoded words begins on a line of its own, and the parser keeps the space before it.
    return letter["Subject"].strip()


@pytest.fixture
def dacia(casa):
    return make_car(casa, make="Dacia", model="Logan", overview_year=2020, location="Rabat")


def deliver(trigger, lead_fields, car, *, status=None, hours=None, now=MONDAY):
    """(the Outcome, the lead) of what a rule of the car's dealership tells about a new lead."""
    dealership = car.dealership
    create_rule(dealership, {"trigger": trigger, "hours": hours, **TO_SARA})
    lead = make_lead(car, **lead_fields)
    if status:
        change_lead(dealership, lead.pk, {"status": status}, actor=OMAR)
    LeadEvent.objects.update(at=MONDAY)
    tell(dealership, now=MONDAY)
    return attempt(Delivery.objects.get(), now), lead


def speaking(car, language):
    car.dealership.language = language
    car.dealership.save()
    return car


# --- What arrives --------------------------------------------------------------------------------


def test_a_mail_in_french(dacia, letterbox):
    fields = {"action": "Rappeler", "target_name": "Élodie Benali", "target_info": "0600123456", "note": "Après 18 h"}
    outcome, lead = deliver(Trigger.COMPLETED, fields, speaking(dacia, "fr"), status="COMPLETED")
    [letter] = letterbox.letters
    assert outcome.ok
    assert subject_of(letter) == "Lead terminé : Rappeler"
    assert letter["To"] == "sara@casa.example"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content().splitlines() == [
        "Un lead est passé à « Terminé ».",
        "",
        "Action : Rappeler",
        "Nom du contact : Élodie Benali",
        "Téléphone ou e-mail : 0600123456",
        "Voiture : Dacia Logan 2020",
        "Lieu : Rabat",
        "Note : Après 18 h",
        "Par : Omar",
        "Le : 15 janvier 2024 à 10:30",
        "",
        "Ouvrir le lead :",
        f"https://leads.example.com/admin/leads/lead/{lead.pk}/change/",
        "",
        "--",
        "Vous recevez ce message en raison d’une règle de notification de Casa Motors dans SteerLeads.",
    ]


def test_a_mail_in_arabic(dacia, letterbox):
    outcome, lead = deliver(Trigger.CREATED, {**SARA, "action": "الاتصال بها"}, speaking(dacia, "ar"))
    [letter] = letterbox.letters
    assert outcome.ok
    assert subject_of(letter) == "فرصة جديدة: \u2068الاتصال بها\u2069"
    assert letter.get_content().splitlines() == [
        "لديكم فرصة جديدة.",
        "",
        "الإجراء: \u2068الاتصال بها\u2069",
        "اسم جهة الاتصال: \u2068سارة العلمي\u2069",
        "الهاتف أو البريد الإلكتروني: \u2068+212-600-123456\u2069",
        "سيارة: \u2068Dacia Logan 2020\u2069",
        "الموقع: \u2068Rabat\u2069",
        "الوسم: \u2068VIP\u2069",
        "بواسطة: \u2068test (أمر)\u2069",
        "التوقيت: \u206815 يناير، 2024، 10:30\u2069",
        "",
        "فتح الفرصة:",
        f"https://leads.example.com/admin/leads/lead/{lead.pk}/change/",
        "",
        "--",
        "تصلك هذه الرسالة بسبب قاعدة إشعار لدى \u2068Casa Motors\u2069 في SteerLeads.",
    ]


@pytest.mark.parametrize(
    ("language", "trigger", "subject", "sentence"),
    [
        ("en", "created", "New lead: Rappeler", "There is a new lead."),
        ("en", "completed", "Lead completed: Rappeler", "A lead has become Completed."),
        ("en", "not_needed", "Lead not needed: Rappeler", "A lead has become Not needed."),
        ("en", "stays_new", "Lead still new: Rappeler", "A lead has been New for more than 4 business hours."),
        ("fr", "created", "Nouveau lead : Rappeler", "Vous avez un nouveau lead."),
        ("fr", "not_needed", "Lead sans suite : Rappeler", "Un lead est passé à « Sans suite »."),
        ("fr", "stays_new", "Lead toujours nouveau : Rappeler", "Un lead attend : il est nouveau depuis plus de 4 heures ouvrées."),
        ("ar", "completed", "فرصة مكتملة: \u2068Rappeler\u2069", "انتقلت فرصة إلى «مكتمل»."),
        ("ar", "not_needed", "فرصة غير مطلوبة: \u2068Rappeler\u2069", "انتقلت فرصة إلى «غير مطلوب»."),
        ("ar", "stays_new", "فرصة ما زالت جديدة: \u2068Rappeler\u2069", "ما زالت فرصة جديدة تنتظر منذ أكثر من 4 ساعات عمل."),
    ],
)  # fmt: skip
def test_what_happened(dacia, letterbox, language, trigger, subject, sentence):
    status = {"completed": "COMPLETED", "not_needed": "NOT_NEEDED"}.get(trigger)
    hours = 4 if trigger == "stays_new" else None
    deliver(trigger, SARA, speaking(dacia, language), status=status, hours=hours, now=MONDAY.replace(hour=14))
    [letter] = letterbox.letters
    assert (subject_of(letter), letter.get_content().splitlines()[0]) == (subject, sentence)


@pytest.mark.parametrize(
    ("language", "hours", "words"),
    [
        ("fr", 1, "plus d’une heure"),
        ("fr", 2, "2 heures"),
        ("ar", 1, "من ساعة عمل"),
        ("ar", 2, "ساعتي عمل"),
        ("ar", 10, "10 ساعات عمل"),
        ("ar", 24, "24 ساعة عمل"),
        ("ar", 100, "100 ساعة عمل"),
    ],
)
def test_hours_are_counted_as_the_language_counts(lead, language, hours, words):
    rule = Rule(dealership=speaking(lead.car, language).dealership, trigger="stays_new", hours=hours)
    assert words in texts.of_lead(rule, LeadEvent.objects.get(), lead).mail


def test_nothing_is_said_of_what_is_not_there(casa, letterbox):
    car = make_car(casa, make="Dacia", model="Logan", overview_year=None)
    deliver(Trigger.CREATED, {}, car)
    text = letterbox.letters[0].get_content()
    assert "Voiture : Dacia Logan" in text.splitlines()
    assert not any(word in text for word in ("Lieu", "Étiquette", "Note", "None"))


@pytest.mark.parametrize(("language", "word"), [("fr", "un lead est créé"), ("ar", "تُنشأ فرصة"), ("en", "a lead is created")])  # fmt: skip
def test_a_test_says_that_it_is_one(dacia, letterbox, language, word):
    rule = create_rule(speaking(dacia, language).dealership, {"trigger": "created", **TO_SARA})
    assert attempt(send_test(rule), MONDAY).ok
    assert word in letterbox.letters[0].get_content()


def test_the_language_of_who_runs_the_worker_does_not_matter(dacia, letterbox):
    with override("ar"):
        deliver(Trigger.CREATED, SARA, speaking(dacia, "en"))
    assert subject_of(letterbox.letters[0]) == "New lead: Rappeler"


# --- Headers -------------------------------------------------------------------------------------


def test_the_same_delivery_is_the_same_message(dacia, letterbox):
    deliver(Trigger.CREATED, SARA, dacia)
    attempt(delivery := Delivery.objects.get(), MONDAY)
    first, again = letterbox.letters
    assert first["Message-ID"] == again["Message-ID"] == f"<{delivery.pk}@leads.example.com>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_a_long_subject_is_cut(dacia, letterbox):
    deliver(Trigger.CREATED, {"action": "Appeler " * 25}, dacia)
    assert len(subject_of(letterbox.letters[0])) < 200
    assert subject_of(letterbox.letters[0]).endswith("Appel…")


def test_no_name_becomes_a_header(casa):
    """The verbs let no line break in; if one got in, a mail would still have the headers that we gave it."""
    lead = make_lead(make_car(casa, model="Logan\nBcc: a@b.example"), action="Call\r\nBcc: a@b.example\u2028x")
    words = texts.of_lead(Rule(dealership=casa, trigger="created"), LeadEvent.objects.get(), lead)
    assert words.subject == "Nouveau lead : Call Bcc: a@b.example x"
    assert "\nBcc" not in words.mail + words.short


def test_a_note_cannot_pass_for_something_else(dacia, letterbox):
    note = "Urgent\n\nOuvrir le lead :\nhttps://evil.example"
    deliver(Trigger.CREATED, {"note": note}, dacia)
    lines = letterbox.letters[0].get_content().splitlines()
    assert "Note : Urgent" in lines and "  https://evil.example" in lines
    assert lines.count("Ouvrir le lead :") == 1


# --- The short text ------------------------------------------------------------------------------


def short(car, language, **fields):
    lead = make_lead(car, **{**SARA, **fields})
    rule = Rule(dealership=speaking(car, language).dealership, trigger="created")
    return texts.of_lead(rule, LeadEvent.objects.get(), lead).short, lead


def test_the_short_text_has_action_name_car_and_link(dacia, settings):
    settings.SITE_URL = "https://leads.example.com"
    text, lead = short(dacia, "fr", target_name="Sara Alami")
    assert text.splitlines() == [
        "Nouveau lead : Rappeler",
        "Sara Alami, Dacia Logan 2020",
        f"https://leads.example.com/admin/leads/lead/{lead.pk}/change/",
    ]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("ar", "\u2068سارة العلمي\u2069، \u2068Dacia Logan 2020\u2069"),
        ("fr", "\u2068سارة العلمي\u2069, Dacia Logan 2020"),
    ],
)
def test_names_do_not_get_mixed_up_with_words_that_run_the_other_way(dacia, language, line):
    assert short(dacia, language)[0].splitlines()[1] == line


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
@pytest.mark.parametrize("site", ["https://x.ma", "https://" + "leads." * 15 + "example.com"])
@pytest.mark.parametrize("letter", ["W", "م", "e\u0301"])
def test_the_short_text_is_short_and_keeps_its_link(casa, settings, language, site, letter):
    settings.SITE_URL = site
    car = make_car(casa, make=letter * 50, model=letter * 50)
    text, lead = short(car, language, action=letter * 100, target_name=letter * 100)
    assert len(text) <= 300
    assert text.endswith(f"{site}/admin/leads/lead/{lead.pk}/change/")
    assert text.count("\u2068") == text.count("\u2069")
