"""Four months of a dealership's work: who asks for what, what the staff make of it, and when."""

from datetime import datetime, time, timedelta

from leads.models import Status
from steerleads.db.text import fold
from steerleads.dealers.actors import Actor
from steerleads.demo import people, talk

DAYS = 120
LANGUAGES = ["fr"] * 9 + ["ar"] * 7 + ["en"] * 4
TALK = {"fr": talk.FRENCH, "ar": talk.ARABIC, "en": talk.ENGLISH}
PHONES = ["+212-600-{}{}{}", "06 00 {} {} {}", "0600{}{}{}", "+212 6 00 {} {} {}", "00212600{}{}{}"]
DOORS = [Actor("api_key", "Website"), Actor("api_key", "Car portal"), Actor("api_key", "Call centre")]
ARCHIVER = Actor("command", "archive_leads")
CLEANING_DAYS = [45, 20, 5]  # days ago
CLOSED_LONG_AGO = timedelta(days=30)


class Months:
    """Plays on a stage, in the order of time. `random` decides everything, so that each demo is the same."""

    def __init__(self, stage, cars, staff, random, now):
        self.stage, self.cars, self.random, self.now = stage, cars, random, now
        self.staff = [Actor("staff", " ".join(name)) for name in staff]
        self.deeds = []  # (when, what, with what)

    def play(self, leads):
        for _ in range(leads):
            self._plan_lead()
        for car in self.cars:
            self._plan_reorders(car)
        for days in CLEANING_DAYS:
            self._plan(self._at_work(days), self._clean_up)
        self._plan(self._at_work(2), self._restore_one)
        # A deed may plan others, which lie later.
        while self.deeds:
            self.deeds.sort(key=lambda deed: deed[0], reverse=True)
            at, act, arguments = self.deeds.pop()
            act(at, *arguments)

    # --- What happens --------------------------------------------------------------------------

    def _plan_lead(self):
        language = self.random.choice(LANGUAGES)
        action, tag, notes = self.random.choice(TALK[language])
        fields = {"action": action, "tag": tag, "note": notes[0], **self._contact(language)}
        # A little more of late: the shop is doing well.
        days = DAYS * self.random.random() ** 1.15
        at = min(self._at_work(days), self.now - timedelta(minutes=self.random.randint(3, 300)))
        self._plan(at, self._create, self.random.choice(self.cars), fields, language, notes[1:])

    def _create(self, at, car, fields, language, notes):
        actor = self.random.choices([self.random.choice(DOORS), self._somebody()], [3, 1])[0]
        lead = self.stage.create(at, actor, car, fields)
        owner, when = self._somebody(), at
        notes = [*notes, self.random.choice(talk.EXTRA_NOTES[language])]
        for note in notes[: self.random.randint(0, len(notes))]:
            when = self._later(when, 0.2, 6)
            self._plan(when, self._change, owner, lead, {"note": note})
        if self.random.random() < 0.06:
            contact = {"target_info": self._phone()}
            self._plan(self._later(when, 0.1, 2), self._change, owner, lead, contact)
        if self.random.random() < 0.75:
            self._plan_end(self._later(when, 1, 30), owner, lead, language)

    def _plan_end(self, at, owner, lead, language):
        won = {"status": Status.COMPLETED}
        lost = {"status": Status.NOT_NEEDED, "note": self.random.choice(talk.LOST[language])}
        self._plan(at, self._change, owner, lead, self.random.choices([won, lost], [3, 2])[0])
        if self.random.random() < 0.05:
            again = self._later(at, 2, 8)
            self._plan(again, self._change, self._somebody(), lead, {"status": Status.NEW})
            self._plan(self._later(again, 1, 10), self._change, owner, lead, won)

    def _plan_reorders(self, car):
        for _ in range(self.random.randint(0, 2)):
            self._plan(self._at_work(self.random.uniform(0.5, 90)), self._reorder, car)

    def _reorder(self, at, car):
        open_leads = [lead for lead in self.stage.leads if lead.car_id == car.pk and lead.status == Status.NEW]
        self.random.shuffle(open_leads)
        self.stage.reorder(at, self._somebody(), open_leads)

    def _clean_up(self, at):
        for lead in self.stage.leads:
            if lead.status != Status.NEW and at - lead.updated_at > CLOSED_LONG_AGO:
                self.stage.archive(at, ARCHIVER, lead)

    def _restore_one(self, at):
        archived = [lead for lead in self.stage.leads if lead.archived]
        if archived:
            self.stage.restore(at, self.staff[0], self.random.choice(archived))

    def _change(self, at, actor, lead, changes):
        if not lead.archived:
            self.stage.change(at, actor, lead, changes)

    # --- When ----------------------------------------------------------------------------------

    def _plan(self, at, act, *arguments):
        if at < self.now:
            self.deeds.append((at, act, arguments))

    def _at_work(self, days_ago):
        return self._opening_hours(self.now - timedelta(days=days_ago))

    def _later(self, at, least_days, most_days):
        return max(
            at + timedelta(minutes=2),
            self._opening_hours(at + timedelta(days=self.random.uniform(least_days, most_days))),
        )

    def _opening_hours(self, at):
        """Some time of that day at the dealership, from 9 to 19, and not on a Sunday."""
        tz = self.stage.dealership.tz
        day = at.astimezone(tz).date()
        day -= timedelta(days=day.weekday() == 6)
        return datetime.combine(day, time(9), tz) + timedelta(seconds=self.random.randrange(10 * 3600))

    # --- Who -----------------------------------------------------------------------------------

    def _somebody(self):
        return self.random.choice(self.staff)

    def _contact(self, language):
        if language == "ar":
            given, family, mailbox = self.random.choice(people.ARABIC)
        else:
            given, family = self.random.choice(people.FRENCH if language == "fr" else people.ENGLISH)
            mailbox = "".join(letter for letter in fold(f"{given}.{family}") if letter.isalpha() or letter == ".")
        mail = f"{mailbox}{self.random.randint(60, 99)}@example.com"
        info = self.random.choices([self._phone(), mail], [3, 1])[0]
        return {"target_name": f"{given} {family}", "target_info": info}

    def _phone(self):
        return self.random.choice(PHONES).format(*(f"{self.random.randrange(100):02}" for _ in range(3)))
