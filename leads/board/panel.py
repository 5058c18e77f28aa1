"""The side panel: a new lead, or one lead with its history, and the cars that a new one can be about."""

from django.db import transaction
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from cars.models import Car
from cars.plates import shown_plate
from leads import actions
from leads.board.base import BoardView, answer, refusal
from leads.board.columns import number_on_top, to_the_top
from leads.board.forms import CardForm, NewCardForm, WorkForm
from leads.board.history import history_of
from leads.board.planning import way_back_of_work, work_of
from leads.board.undo import find_lead, way_back_of_new, writing
from leads.contacts.links import links_of
from leads.models import Status
from leads.work.errors import InvalidAssignee
from leads.work.people import staff_of
from leads.work.rights import NotYours
from steerleads.api.errors import ApiError, PreconditionFailed

CARS_OFFERED = 20


class Cars(BoardView):
    """Cars by make, model, plate or stock number, as they are typed."""

    http_method_names = ["get"]

    def get(self, request):
        cars = Car.objects.of(self.dealership).matching(request.GET.get("q", ""))
        return answer({"cars": [_offer(car) for car in cars[:CARS_OFFERED]]})


class Add(BoardView):
    """A lead on top of its column, so that who wrote it sees it."""

    http_method_names = ["get", "post"]

    def get(self, request):
        self.need("add")
        return self._panel(NewCardForm(dealership=self.dealership, initial=self._initial()))

    def post(self, request):
        self.need("add")
        form = NewCardForm(request.POST, dealership=self.dealership)
        if not form.is_valid():
            return self._panel(form, status=422)
        try:
            fields = {**form.changes, "order": number_on_top(self.dealership, form.changes.get("status", Status.NEW))}
            lead = actions.create_lead(self.dealership, form.cleaned_data["car"].pk, fields, actor=self.actor)
        except ApiError as error:
            form.show(error)
            return self._panel(form, status=422)
        return self.saved(lead, back=[way_back_of_new(lead)])

    def _initial(self):
        return {"car": self.filters.car, "tag": self.filters.tag, "status": Status.NEW}

    def _panel(self, form, status=200):
        car = form.cleaned_data.get("car") if form.is_bound else self.filters.car
        context = {"form": form, "car": _offer(car) if car else None, "title": _("New lead")}
        return render(self.request, "board/panel.html", context, status=status)


class Refused(Exception):
    """What was typed cannot be saved: the form is shown again, with what is wrong."""

    def __init__(self, lead, form, plan):
        self.lead, self.form, self.plan = lead, form, plan


class Edit(BoardView):
    """A lead with its work. Both are saved, or neither."""

    http_method_names = ["get", "post"]

    def get(self, request, id):
        lead = find_lead(self.dealership, id)
        return self._panel(lead, CardForm(instance=lead), self._plan_form(lead))

    def post(self, request, id):
        self.need("change")
        self.work_back = None
        try:
            lead, back = writing(self.dealership, id, self._write)
        except Refused as refused:
            return self._panel(refused.lead, refused.form, refused.plan, status=422)
        return self.saved(find_lead(self.dealership, lead.pk), back=[each for each in (back, self.work_back) if each])

    def _write(self, lead, if_match):
        form, plan = CardForm(self.request.POST, instance=lead), self._plan_form(lead, self.request.POST)
        if not (form.is_valid() & plan.is_valid()):
            raise Refused(lead, form, plan)
        top = number_on_top(self.dealership, form.changes.get("status", lead.status))
        changes = to_the_top(lead, form.changes, top)
        try:
            with transaction.atomic():
                if "order" in changes:
                    self.dealership.lock_order()  # before any lead is locked, as everywhere
                planned = self.planner.plan(lead.pk, plan.changes) if plan.changes else None
                how = {"actor": self.actor, "if_match": if_match}
                after = actions.change_lead(self.dealership, lead.pk, changes, **how)
                self.work_back = planned and self._work_back(*planned)
                return after
        except PreconditionFailed:
            raise  # somebody was there between our reading and our lock: the form judges once more
        except (NotYours, InvalidAssignee) as error:
            plan.add_error("assignee", refusal(error))
        except ApiError as error:
            form.show(error)
        raise Refused(lead, form, plan)

    def _work_back(self, before, after):
        """Closing a lead may have cleared what was due, which is part of the same write."""
        return way_back_of_work(before, work_of(self.dealership, after.lead_id))

    def _plan_form(self, lead, data=None):
        work = getattr(lead, "work", None)
        has_it = work.assignee if work else None
        staff = staff_of(self.dealership)
        may_have = {
            each.id for each in staff if each.is_active and (self.planner.manages or each.id == self.filters.me)
        }
        colleagues = {each.id: each.name for each in staff if each.id in may_have | {has_it}}
        return WorkForm(data, work=work, tz=self.dealership.tz, colleagues=colleagues)

    def _may_plan(self, lead):
        work = getattr(lead, "work", None)
        return self.planner.manages or work is None or work.assignee in (None, self.filters.me)

    def _panel(self, lead, form, plan, status=200):
        context = {
            "form": form,
            "plan": plan.rows,
            "may_plan": self._may_plan(lead),
            "lead": lead,
            "car": _offer(lead.car),
            "title": lead.action,
            "links": links_of(lead.target_info),
            "may_change": self.admin.has_change_permission(self.request),
            "history": history_of(lead, self.dealership.tz, now=timezone.now()),
        }
        return render(self.request, "board/panel.html", context, status=status)


def _offer(car):
    """A car as it is offered and shown: what it is, and what tells it from its like."""
    parts = [car.stock_number, car.plate and shown_plate(car.plate), car.location]
    return {"id": car.pk, "name": str(car), "more": " · ".join(part for part in parts if part)}
