"""What `--on-known update` leaves alone: leads that somebody changed here since the file was made (contract-interchange I6)."""

from conftest import TESTER, make_lead
from leads.actions import change_lead
from leads.interchange.imports.tests.conftest import run_import
from leads.models import Lead

UPDATE = ("--on-known", "update")


def own(lead, **said):
    """A table of our own export, about one lead."""
    return f"id,targetInfo,{','.join(said)}\n{lead.pk},{lead.target_info},{','.join(said.values())}\n"


def stamp(lead):
    return lead.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_table_that_says_no_time_writes_nothing_over(casa, logan, write, subtests):
    lead = make_lead(logan, target_name="Salma Bennani", note="of today")
    for updated_at in ({}, {"updatedAt": ""}, {"updatedAt": "lately"}):
        with subtests.test(str(updated_at)):
            run = run_import(write(own(lead, note="of an old file", **updated_at)), *UPDATE)
            assert (run.updated, run.unchanged, Lead.objects.get().note) == (0, 1, "of today")


def test_another_systems_table_with_our_ids_writes_nothing_over(casa, logan, write):
    lead = make_lead(logan, target_name="Salma Bennani", note="of today")
    hubspot = "First Name,Last Name,Email,Phone Number,Lead Status,Message,SteerLeads ID\n"
    run = run_import(write(f"{hubspot}Salma,Bennani,,+212661000000,NEW,of an old file,{lead.pk}\n"), *UPDATE)
    assert (run.updated, run.unchanged, Lead.objects.get().note) == (0, 1, "of today")


def test_exported_and_imported_again_and_again_each_fresh_file_counts(casa, logan, write):
    lead = make_lead(logan)
    assert run_import(write(own(lead, tag="first", updatedAt=stamp(lead))), *UPDATE).updated == 1
    lead = change_lead(casa, lead.pk, {"note": "a colleague's"}, actor=TESTER)
    assert run_import(write(own(lead, tag="second", updatedAt=stamp(lead))), *UPDATE).updated == 1
    assert Lead.objects.values_list("tag", "note").get() == ("second", "a colleague's")


def test_another_systems_time_says_nothing_of_changes_here(casa, logan, write):
    crm = "Lead ID,Nom,GSM,Marque,Modèle,Note,updatedAt\n1,Salma,0661000000,Dacia,Logan,{},{}\n"
    run_import(write(crm.format("first", "2026-01-01T00:00:00Z")))
    change_lead(casa, Lead.objects.get().pk, {"tag": "Hot"}, actor=TESTER)
    assert run_import(write(crm.format("second", "2099-01-01T00:00:00Z")), *UPDATE).unchanged == 1


def test_two_rows_about_one_lead_by_two_names_write_once(casa, logan, write):
    """In one batch or in two, dry or not: the second row is of a lead that was changed since."""
    head = "id,externalId,source,targetName,targetInfo,note,updatedAt,make,model\n"
    run_import(write(f"{head},51,crm,Salma,+212661000000,a,,Dacia,Logan\n"))
    lead = Lead.objects.get()
    between = "".join(f",{n},crm,C{n},+2126612{n:05},,,Dacia,Logan\n" for n in range(100, 250))
    first = f"{lead.pk},,,Salma,+212661000000,b,{stamp(lead)},Dacia,Logan\n"
    second = ",51,crm,Salma,+212661000000,c,,Dacia,Logan\n"
    path = write(head + first + between + second)
    dry, run = run_import(path, *UPDATE, "--dry-run"), run_import(path, *UPDATE)
    assert (dry.updated, dry.unchanged) == (run.updated, run.unchanged) == (1, 1)
    assert Lead.objects.get(pk=lead.pk).note == "b"
