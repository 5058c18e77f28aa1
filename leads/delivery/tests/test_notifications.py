"""Notifications by mail as a real server on 127.0.0.1 receives them, and what they say in each language."""

import socket
from datetime import UTC, datetime
from email import message_from_bytes, policy
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from django.utils.translation import override

from conftest import make_car, make_lead
from leads.actions import change_lead
from leads.delivery import rules
from leads.delivery.actions import redeliver, send_test
from leads.delivery.channels import email, texts
from leads.delivery.models import Delivery, Occasion, Rule, State
from leads.delivery.telling import tell
from leads.delivery.tests.deliveries import Clock
from leads.delivery.worker import Worker
from leads.models import LeadEvent
from steerleads.dealers.actors import Actor
from steerleads.tests.servers import free_port

pytestmark = pytest.mark.django_db
MONDAY = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)  # 10:30 in Casablanca
TO_SARA = {"to": "sara@casa.example"}
OMAR = Actor("staff", "Omar")
SARA = {"action": "Rappeler", "target_name": "سارة العلمي", "target_info": "+212-600-123456", "tag": "VIP"}


class Letterbox:
    """`refuses` is what to answer instead of taking a letter; `refused` {recipient: what it is answered}."""

    def __init__(self):
        self.letters, self.refuses, self.refused = [], None, {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.refuses:
            return self.refuses
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def letterbox(settings):
    letterbox = Letterbox()
    controller = Controller(letterbox, hostname="127.0.0.1", port=free_port())
    use_smtp(settings, controller.port)
    controller.start()
    yield letterbox
    controller.stop()


def use_smtp(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.SITE_URL = "https://leads.example.com"


def subject_of(letter):
    # A subject in encoded words begins on a line of its own, and the parser keeps the space before it.
    return letter["Subject"].strip()


@pytest.fixture
def dacia(casa):
    return make_car(casa, make="Dacia", model="Logan", overview_year=2020, location="Rabat")


def deliver(occasion, lead_fields, car, *, status=None, hours=None, now=MONDAY):
    """(the Outcome, the lead) of what a rule of the car's dealership tells about a new lead."""
    dealership = car.dealership
    rules.create_rule(dealership, {"occasion": occasion, "hours": hours, **TO_SARA})
    lead = make_lead(car, **lead_fields)
    if status:
        change_lead(dealership, lead.pk, {"status": status}, actor=OMAR)
    LeadEvent.objects.update(at=MONDAY)
    tell(dealership, now=MONDAY)
    return rules.notify(Delivery.objects.get(), now), lead


def speaking(car, language):
    car.dealership.language = language
    car.dealership.save()
    return car


# --- What arrives --------------------------------------------------------------------------------


def test_a_mail_in_french(dacia, letterbox):
    fields = {"action": "Rappeler", "target_name": "Élodie Benali", "target_info": "0600123456", "note": "Après 18 h"}
    outcome, lead = deliver(Occasion.COMPLETED, fields, speaking(dacia, "fr"), status="COMPLETED")
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
    outcome, lead = deliver(Occasion.CREATED, {**SARA, "action": "الاتصال بها"}, speaking(dacia, "ar"))
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
    ("language", "occasion", "subject", "sentence"),
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
def test_what_happened(dacia, letterbox, language, occasion, subject, sentence):
    status = {"completed": "COMPLETED", "not_needed": "NOT_NEEDED"}.get(occasion)
    hours = 4 if occasion == "stays_new" else None
    deliver(occasion, SARA, speaking(dacia, language), status=status, hours=hours, now=MONDAY.replace(hour=14))
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
    rule = Rule(dealership=speaking(lead.car, language).dealership, occasion="stays_new", hours=hours)
    assert words in texts.of_lead(rule, LeadEvent.objects.get(), lead).mail


def test_nothing_is_said_of_what_is_not_there(casa, letterbox):
    car = make_car(casa, make="Dacia", model="Logan", overview_year=None)
    deliver(Occasion.CREATED, {}, car)
    text = letterbox.letters[0].get_content()
    assert "Voiture : Dacia Logan" in text.splitlines()
    assert not any(word in text for word in ("Lieu", "Étiquette", "Note", "None"))


@pytest.mark.parametrize(("language", "word"), [("fr", "un lead est créé"), ("ar", "تُنشأ فرصة"), ("en", "a lead is created")])  # fmt: skip
def test_a_test_says_that_it_is_one(dacia, letterbox, language, word):
    rule = rules.create_rule(speaking(dacia, language).dealership, {"occasion": "created", **TO_SARA})
    assert rules.notify(send_test(rule), MONDAY).ok
    assert word in letterbox.letters[0].get_content()


def test_the_language_of_who_runs_the_worker_does_not_matter(dacia, letterbox):
    with override("ar"):
        deliver(Occasion.CREATED, SARA, speaking(dacia, "en"))
    assert subject_of(letterbox.letters[0]) == "New lead: Rappeler"


# --- Headers -------------------------------------------------------------------------------------


def test_the_same_delivery_is_the_same_message(dacia, letterbox):
    deliver(Occasion.CREATED, SARA, dacia)
    rules.notify(delivery := Delivery.objects.get(), MONDAY)
    first, again = letterbox.letters
    assert first["Message-ID"] == again["Message-ID"] == f"<{delivery.pk}@leads.example.com>"
    assert first["Auto-Submitted"] == "auto-generated"


def test_a_long_subject_is_cut(dacia, letterbox):
    deliver(Occasion.CREATED, {"action": "Appeler " * 25}, dacia)
    assert len(subject_of(letterbox.letters[0])) < 200
    assert subject_of(letterbox.letters[0]).endswith("Appel…")


def test_no_name_becomes_a_header(casa):
    """The verbs let no line break in; if one got in, a mail would still have the headers that we gave it."""
    lead = make_lead(make_car(casa, model="Logan\nBcc: a@b.example"), action="Call\r\nBcc: a@b.example\u2028x")
    words = texts.of_lead(Rule(dealership=casa, occasion="created"), LeadEvent.objects.get(), lead)
    assert words.subject == "Nouveau lead : Call Bcc: a@b.example x"
    assert "\nBcc" not in words.mail + words.short


def test_a_note_cannot_pass_for_something_else(dacia, letterbox):
    note = "Urgent\n\nOuvrir le lead :\nhttps://evil.example"
    deliver(Occasion.CREATED, {"note": note}, dacia)
    lines = letterbox.letters[0].get_content().splitlines()
    assert "Note : Urgent" in lines and "  https://evil.example" in lines
    assert lines.count("Ouvrir le lead :") == 1


# --- The short text ------------------------------------------------------------------------------


def short(car, language, **fields):
    lead = make_lead(car, **{**SARA, **fields})
    rule = Rule(dealership=speaking(car, language).dealership, occasion="created")
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


# --- Servers that do not take it -----------------------------------------------------------------


SARA_AND_OMAR = ("sara@casa.example", "omar@casa.example")
UNKNOWN, LATER = "550 5.1.1 No such mailbox", "451 4.7.1 Greylisted"


def send(recipients=SARA_AND_OMAR, reached=()):
    return email.send("id", list(recipients), "Subject", "Text\n", reached=reached)


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ("550 5.7.1 Not wanted here", 550, "5.7.1 Not wanted here"),
        ("451 4.7.1 Greylisted", 451, "4.7.1 Greylisted"),
        ("552 " + "x" * 500, 552, "x" * 500),
    ],
)
def test_a_letter_that_is_refused(letterbox, answer, status, said):
    letterbox.refuses = answer
    outcome = send()
    assert (outcome.ok, outcome.error, outcome.status, outcome.answer) == (False, "smtp", status, said)


def test_recipients_that_are_all_refused(letterbox):
    letterbox.refused = dict.fromkeys(SARA_AND_OMAR, UNKNOWN)
    outcome = send()
    assert (outcome.ok, outcome.error, outcome.status) == (False, "smtp", 550)
    assert outcome.answer == "5.1.1 No such mailbox"


def test_each_recipient_has_a_letter_of_their_own(letterbox):
    assert send().ok
    assert [letter["To"] for letter in letterbox.letters] == list(SARA_AND_OMAR)


def test_one_bad_address_does_not_keep_the_letter_from_the_others_and_is_seen(letterbox):
    letterbox.refused = {"sara@casa.example": UNKNOWN}
    outcome = send()
    assert (outcome.ok, outcome.error, outcome.status) == (True, "some_refused", 550)
    assert outcome.answer == "5.1.1 No such mailbox"
    assert [letter["To"] for letter in letterbox.letters] == ["omar@casa.example"]


@pytest.mark.parametrize("recipients", [SARA_AND_OMAR, SARA_AND_OMAR[::-1], (*SARA_AND_OMAR, "gone@casa.example")])
def test_who_is_to_wait_gets_it_later_and_the_others_only_once(letterbox, recipients):
    letterbox.refused = {"sara@casa.example": LATER, "gone@casa.example": UNKNOWN}
    first = send(recipients)
    assert (first.ok, first.status, first.reached) == (False, 451, (email.mark_of("omar@casa.example"),))
    del letterbox.refused["sara@casa.example"]
    second = send(recipients, reached=first.reached)
    assert second.ok and len(second.reached) == 2
    assert [letter["To"] for letter in letterbox.letters] == ["omar@casa.example", "sara@casa.example"]
    assert len({letter["Message-ID"] for letter in letterbox.letters}) == 1


def test_a_server_too_slow_for_all_is_given_up_in_time_and_asked_for_the_rest(letterbox, monkeypatch):
    monkeypatch.setattr(email, "WHOLE", -1)
    assert (send().ok, send().error, send().reached) == (False, "timeout", ())
    monkeypatch.undo()
    assert send(reached=[email.mark_of("sara@casa.example")]).ok
    assert [letter["To"] for letter in letterbox.letters] == ["omar@casa.example"]


def test_a_rules_delivery_remembers_who_has_it(casa, dacia, letterbox):
    clock = Clock(MONDAY)
    rules.create_rule(casa, {"occasion": Occasion.CREATED, "hours": None, "to": ", ".join(SARA_AND_OMAR)})
    make_lead(dacia)
    LeadEvent.objects.update(at=MONDAY)
    letterbox.refused = {"sara@casa.example": LATER}
    Worker(clock=clock).drain()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_status, len(delivery.reached)) == (State.PENDING, 451, 1)
    assert "omar" not in str(delivery.reached)
    letterbox.refused = {}
    clock.now = delivery.next_at
    Worker(clock=clock).drain()
    assert Delivery.objects.get().state == State.DELIVERED
    assert [letter["To"] for letter in letterbox.letters] == ["omar@casa.example", "sara@casa.example"]
    redeliver(delivery)
    Delivery.objects.update(next_at=clock())  # at any time of day: the rule has quiet hours
    Worker(clock=clock).drain()
    assert len(letterbox.letters) == 4


def test_a_server_that_is_not_there(settings):
    use_smtp(settings, free_port())
    assert (send().ok, send().error) == (False, "smtp")


@pytest.mark.parametrize("greeting", [b"", b"220 mail.example ESMTP\r\n"])
def test_a_server_that_hangs(settings, greeting):
    settings.EMAIL_TIMEOUT = 0.3
    with socket.create_server(("127.0.0.1", 0)) as server:
        use_smtp(settings, server.getsockname()[1])
        calls = []
        thread = Thread(target=lambda: (calls.append(server.accept()[0]), calls[0].sendall(greeting)))
        thread.start()
        outcome = send()
        thread.join()
        calls[0].close()
    assert (outcome.ok, outcome.error) == (False, "timeout")


@pytest.mark.parametrize("said", [b"", b"220 mail.example ESMTP\r\n", b"no SMTP at all\r\n" * 3])
def test_a_server_that_hangs_up(settings, said):
    with socket.create_server(("127.0.0.1", 0)) as server:
        use_smtp(settings, server.getsockname()[1])

        def answer():
            call = server.accept()[0]
            call.sendall(said)
            call.close()

        thread = Thread(target=answer)
        thread.start()
        outcome = send()
        thread.join()
    assert (outcome.ok, outcome.error) == (False, "smtp")


def test_without_a_mail_server_it_says_so(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    assert (send().ok, send().error) == (False, "no_mail")
