"""Four months of a dealership's work: who asks for what, what the staff make of it, and when."""

from datetime import UTC, datetime, time, timedelta

from leads.models import Status
from steerleads.db.text import fold
from steerleads.dealers.actors import Actor
from steerleads.dealers.hours.calendar import Calendar
from steerleads.dealers.hours.days import end_of, first_second
from steerleads.demo import people, talk

DAYS = 120
LANGUAGES = ["fr"] * 9 + ["ar"] * 7 + ["en"] * 4
TALK = {"fr": talk.FRENCH, "ar": talk.ARABIC, "en": talk.ENGLISH}
PHONES = ["+212-600-{}{}{}", "06 00 {} {} {}", "0600{}{}{}", "+212 6 00 {} {} {}", "00212600{}{}{}"]
# Each with how many of its leads are won, and how many lost, among so many that come to an end.
DOORS = {
    Actor("api_key", "Website"): [3, 2],
    Actor("api_key", "Car portal"): [2, 3],
    Actor("api_key", "Call centre"): [4, 1],
}
BY_STAFF = [3, 2]
FAIR = Actor("import", "salon-auto.csv")  # visitors of a fair, brought in at once
FAIR_DAYS, FAIR_LEADS = 75, 14
# How many customers write at each hour of the day, from midnight on.
CUSTOMERS = [1, 0, 0, 0, 0, 0, 1, 2, 5, 8, 10, 12, 10, 6, 6, 8, 9, 9, 10, 12, 13, 11, 7, 3]
USUAL_MINUTES = 35  # of the quickest colleague, until half of those who wrote are answered
UNANSWERED, BORN_CLOSED = 0.07, 0.02
ARCHIVER = Actor("command", "archive_leads")
CLEANING_DAYS = [45, 20, 5]  # days ago
CLOSED_LONG_AGO = timedelta(days=30)


class Months:
    """Plays on a stage, in the order of time. `random` decides everything, so that each demo is the same."""

    def __init__(self, stage, cars, staff, random, now):
        self.stage, self.cars, self.random, self.now = stage, cars, random, now
        self.staff = [Actor("staff", " ".join(name)) for name in staff]
        self.calendar = Calendar.of(stage.dealership)
        self.deeds = []  # (when, what, with what)

    def play(self, leads):
        for number in range(leads):
            self._plan_lead(from_fair=number < FAIR_LEADS)
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

    def _plan_lead(self, from_fair=False):
        language = self.random.choice(LANGUAGES)
        action, tag, notes = self.random.choice(TALK[language])
        fields = {"action": action, "tag": tag, "note": notes[0], **self._contact(language)}
        actor = FAIR if from_fair else self._door()
        # A little more of late: the shop is doing well.
        days = FAIR_DAYS if from_fair else DAYS * self.random.random() ** 1.15
        at = self._at_any_hour(days) if actor in DOORS else self._at_work(days)
        at = min(at, self.now - timedelta(minutes=self.random.randint(3, 300)))
        self._plan(at, self._create, actor, self.random.choice(self.cars), fields, language, notes[1:])

    def _create(self, at, actor, car, fields, language, notes):
        if actor in DOORS and self.random.random() < BORN_CLOSED:
            self.stage.create(at, actor, car, {**fields, "status": Status.COMPLETED})
            return
        lead = self.stage.create(at, actor, car, fields)
        if actor in DOORS and self.random.random() < UNANSWERED:
            return
        owner = self._somebody()
        when = self._answered(at, owner) if actor in DOORS else at
        notes = [*notes, self.random.choice(talk.EXTRA_NOTES[language])]
        for note in notes[: self.random.randint(int(actor in DOORS), len(notes))]:
            self._plan(when, self._change, owner, lead, {"note": note})
            when = self._later(when, 0.2, 6)
        if self.random.random() < 0.06:
            contact = {"target_info": self._phone()}
            self._plan(self._later(when, 0.1, 2), self._change, owner, lead, contact)
        if self.random.random() < 0.75:
            self._plan_end(self._later(when, 0.5, 22), owner, lead, language, DOORS.get(actor, BY_STAFF))

    def _plan_end(self, at, owner, lead, language, chances):
        won = {"status": Status.COMPLETED}
        lost = {"status": Status.NOT_NEEDED, "note": self.random.choice(talk.LOST[language])}
        self._plan(at, self._change, owner, lead, self.random.choices([won, lost], chances)[0])
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

    def _at_any_hour(self, days_ago):
        """When customers write: in the evening and on Sundays, too."""
        day = (self.now - timedelta(days=days_ago)).astimezone(self.stage.dealership.tz).date()
        [hour] = self.random.choices(range(24), CUSTOMERS)
        begins = datetime.combine(day, time(hour), self.stage.dealership.tz)
        return begins + timedelta(seconds=self.random.randrange(3600))

    def _answered(self, at, colleague):
        """When a colleague gets to it, while the doors are open. Some are quicker than others."""
        usual = 60 * USUAL_MINUTES * (1 + self.staff.index(colleague))
        delay = max(int(usual * self.random.lognormvariate(0, 1.3)), 60)
        return datetime.fromtimestamp(self.calendar.after(int(at.timestamp()), delay), UTC)

    def _later(self, at, least_days, most_days):
        return max(
            at + timedelta(minutes=2),
            self._opening_hours(at + timedelta(days=self.random.uniform(least_days, most_days))),
        )

    def _opening_hours(self, at):
        """Some time of that day when the dealership is open, or of the last day on which it was."""
        tz = self.stage.dealership.tz
        day = at.astimezone(tz).date()
        while not (seconds := self.calendar.seconds_between(first_second(day, tz), end_of(day, tz))):
            day -= timedelta(days=1)
        passed = self.random.randrange(seconds)
        return datetime.fromtimestamp(self.calendar.after(first_second(day, tz), passed + 1) - 1, UTC)

    # --- Who -----------------------------------------------------------------------------------

    def _door(self):
        """By whom a lead is brought in: three of four by a program."""
        return self.random.choice([*DOORS, self._somebody()])

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
