"""The admin's pages of an import, as a manager goes through them."""

from django.core.files.uploadedfile import SimpleUploadedFile

from leads.interchange.imports.running import work_on_all

ADD = "/admin/interchange/import/add/"
SHEET = (
    "Nom complet;GSM;Marque;Modèle;Statut;Remarque;Pointure\n"
    "Salma Bennani;0661234567;Dacia;Logan;Perdu;à rappeler;38\n"
    'Karim;"2,12661E+11";Dacia;Logan;Etwas;=1+1;40\n'
    "Ali;0522201010;Fiat;Panda;Etwas;;\n"
)


def upload(client, content=SHEET, name="leads.csv", **fields):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return client.post(ADD, {"file": file, **fields})


def columns_of(run, **changed):
    """What the page of columns sends, as it was proposed but for what is `changed`."""
    sent = {f"column_{place}": field or "" for place, field in enumerate(run.options["columns"])}
    return {**sent, "on_known": "skip", "cars": "refuse", "tells_webhooks": "on", "do": "check", **changed}


def page_of(run):
    return f"/admin/interchange/import/{run.pk}/change/"


def done(manager, run, **changed):
    """The import, checked and run."""
    manager.post(page_of(run), columns_of(run, **changed))
    work_on_all()
    manager.post(page_of(run), {"do": "run", "status_0": "NEW", "status_1": "NOT_NEEDED"})
    work_on_all()
    run.refresh_from_db()
    return run
