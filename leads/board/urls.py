"""The addresses of the lead board, below /admin/leads/board/."""

from django.contrib import admin
from django.urls import path

from leads.board import panel, polling, undo, views, work

app_name = "board"


def _staff_only(view):
    return admin.site.admin_view(view.as_view())


urlpatterns = [
    path("", _staff_only(views.Page), name="page"),
    path("state/", _staff_only(polling.State), name="state"),
    path("token/", _staff_only(views.Token), name="token"),
    path("cards/", _staff_only(views.Cards), name="cards"),
    path("move/", _staff_only(views.Move), name="move"),
    path("many/", _staff_only(views.BulkChange), name="many"),
    path("claim/", _staff_only(work.Claim), name="claim"),
    path("contact/", _staff_only(work.Contact), name="contact"),
    path("undo/", _staff_only(undo.Undo), name="undo"),
    path("cars/", _staff_only(panel.Cars), name="cars"),
    path("add/", _staff_only(panel.Add), name="add"),
    path("lead/<uuid:id>/", _staff_only(panel.Edit), name="lead"),
]
