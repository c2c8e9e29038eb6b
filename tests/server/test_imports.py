"""Files of other systems: looked at first, put in force whole, mended, held against the one before, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from loper.server.actions import customers
from loper.server.actions.imports import files, mend, work
from loper.server.actions.refused import Refused
from loper.server.permissions import Actor
from loper.server.records.agenda import Absence, Technician
from loper.server.records.customers import ContactAddress, Customer, CustomerWord, Property
from loper.server.records.imports import Import, Mapping, Reject, SourceRef
from tests.worlds import World

ADMIN = Actor(roles=frozenset({"admin"}), name="admin")
HEAD = (
    "Klantnummer;Voorletters;Tussenvoegsel;Achternaam;E-mailadres;Mobiel;Postcode;Huisnummer;Toevoeging;Straat;Plaats"
    ";Status;Einddatum"
)

Brought = Callable[..., Import]


@pytest.fixture
def brought(world: World, tmp_path: Path, settings: Any) -> Brought:
    """`brought(lines)`: a file of customers, looked at and put in force."""
    settings.LOPER_IMPORTS = tmp_path / "imports"

    def bring(*lines: str, kind: str = "customers", head: str = HEAD, go: bool = True, **how: Any) -> Import:
        path = tmp_path / "file.csv"
        path.write_text("\n".join((head, *lines)) + "\n", encoding=how.pop("encoding", "utf-8"))
        return through(path, kind=kind, go=go, **how)

    return bring


def through(path: Path, *, kind: str = "customers", go: bool = True, **how: Any) -> Import:
    row = files.bring_file(kind=kind, source="erp", path=path)
    files.look(actor=ADMIN, file=row.pk, fields=row.fields)
    assert work.next_one()
    row.refresh_from_db()
    if go and row.state == Import.SEEN:
        files.go(actor=ADMIN, file=row.pk, **how)
        assert work.next_one()
        row.refresh_from_db()
    return row


LINES = (
    "K1;A.;de;Vries;A.deVries@Example.nl;06-12 34 56 78;1234ab;7;;Dorpsstraat;Voorbeeldstad;actief;",
    "K2;B.;;JANSSEN;;612345679;1234 AB;9;a;Dorpsstraat;Voorbeeldstad;actief;",
    "K3;C.;van den;Berg;c@example.nl;;1234 AB;11;;Dorpsstraat;Voorbeeldstad;vertrokken;1-3-2026",
    "K4;D.;;Bakker;d@example;;1234 AB;13;;;;;",
    "K5;E.;;Smit;e@example.nl;12;12345;13;;;;;",
    "K1;A.;de;Vries;;;1234 AB;7;;;;;",
)


def test_a_file_from_look_to_force(brought: Brought) -> None:
    before = (Customer.objects.count(), Property.objects.count())
    row = brought(*LINES, go=False)
    assert row.fields["ident"] == "Klantnummer" and row.fields["last"] == "Achternaam"
    assert row.counts == {**row.counts, "rows": 6, "new": 3, "rejected": 3, "known": 0}
    assert (Customer.objects.count(), Property.objects.count()) == before, "a look changes nothing"
    files.go(actor=ADMIN, file=row.pk)
    work.next_one()
    row.refresh_from_db()
    assert (row.state, row.counts["new"], row.counts["rejected"]) == (Import.DONE, 3, 3)
    vries = Customer.objects.get(key=SourceRef.objects.get(ident="K1").key)
    assert (vries.name, str(vries.home)) == ("A. de Vries", "Dorpsstraat 7, Voorbeeldstad")
    ways = set(vries.addresses.values_list("channel", "value"))
    assert ways == {("email", "a.devries@example.nl"), ("sms", "+31612345678")}
    assert set(vries.words.values_list("word", flat=True)) == {"a", "de", "vries"}
    janssen = Customer.objects.get(key=SourceRef.objects.get(ident="K2").key)
    assert janssen.home is not None
    assert (janssen.name, janssen.home.house_number) == ("B. Janssen", "9A")
    assert janssen.addresses.get().value == "+31612345679"
    berg = Customer.objects.get(key=SourceRef.objects.get(ident="K3").key)
    assert berg.status == Customer.MOVED and berg.left is not None and berg.left.year == 2026
    why = {one.number: [(field, reason) for field, _v, reason in one.why] for one in Reject.objects.all()}
    assert why == {
        5: [("email", "not_an_email")], 6: [("mobile", "not_a_phone"), ("postcode", "not_a_postcode")],
        7: [("ident", "twice:2")],
    }  # fmt: skip


def test_rejects_are_mended_and_go_in(brought: Brought) -> None:
    row = brought(*LINES)
    bad = Reject.objects.get(number=6)
    still = mend.mend(actor=ADMIN, reject=bad.pk, cells={**bad.cells, "mobile": "0612345670"})
    assert [one.field for one in still] == ["postcode"]
    bad.refresh_from_db()
    assert bad.cells["mobile"] == "0612345670", "what was mended is not lost"
    assert mend.mend(actor=ADMIN, reject=bad.pk, cells={**bad.cells, "postcode": "1234 AB"}) == ()
    bad.refresh_from_db()
    assert (bad.state, bad.cells) == (Reject.MENDED, {})
    smit = SourceRef.objects.get(ident="K5")
    assert Customer.objects.get(key=smit.key).name == "E. Smit" and smit.seen == row.pk
    with pytest.raises(Refused):
        mend.mend(actor=ADMIN, reject=bad.pk, cells={})
    mend.leave(actor=ADMIN, reject=Reject.objects.get(number=7).pk)
    assert Reject.objects.filter(state=Reject.OPEN).count() == 1


def test_the_next_file_changes_only_what_is_new_in_it(brought: Brought, world: World) -> None:
    brought(*LINES[:3])
    keys = dict(SourceRef.objects.values_list("ident", "key"))
    customers.set_address(actor=world.staff("agent"), customer=keys["K1"], channel="email", value="own@example.nl")
    world.time.move(days=1)
    row = brought(LINES[0].replace("12 34 56 78", "99 99 99 99"), LINES[1].replace(";9;a;", ";10;;"), LINES[2])
    assert {name: row.counts.get(name, 0) for name in ("new", "changed", "same")} == {"new": 0, "changed": 2, "same": 1}
    ways = set(ContactAddress.objects.filter(customer__key=keys["K1"]).values_list("channel", "value"))
    assert ways == {("email", "own@example.nl"), ("sms", "+31699999999")}, "what they changed themselves stays"
    janssen = Customer.objects.get(key=keys["K2"])
    assert janssen.home is not None and janssen.home.house_number == "10"
    row = brought(*LINES[:3], go=False)
    assert row.counts["changed"] == 2


def test_the_same_file_twice_is_said_and_changes_nothing(brought: Brought) -> None:
    brought(*LINES[:3])
    row = brought(*LINES[:3])
    assert [one[0] for one in row.notes].count("same_file") == 1
    assert (row.counts["same"], row.counts["new"], Customer.objects.count()) == (3, 0, 4)
    assert Mapping.objects.get().fields["ident"] == "Klantnummer"


def test_who_is_not_in_the_file_any_more(brought: Brought, world: World) -> None:
    lines = [f"K{n};A.;;Naam{chr(97 + n)};n{n}@example.nl;;1234 AB;{n + 20};;;;;" for n in range(1, 25)]
    brought(*lines)
    row = brought(*lines[:10], go=False)
    assert (row.counts["gone"], row.counts["many_gone"]) == (14, 1)
    with pytest.raises(Refused):
        files.go(actor=ADMIN, file=row.pk, gone="moved")
    files.go(actor=ADMIN, file=row.pk, gone="moved", sure=True)
    work.next_one()
    row.refresh_from_db()
    assert row.counts["left"] == 14 and Customer.objects.filter(status=Customer.MOVED).count() == 14
    back = brought(*lines)
    assert back.counts["changed"] == 14 and not Customer.objects.filter(status=Customer.MOVED).exists()


def test_who_is_known_by_home_and_address_is_not_made_again(brought: Brought, world: World) -> None:
    brought("K9;J.;;Jansen;J.Jansen@example.nl;;1234 AB;12;;Dorpsstraat;Voorbeeldstad;;")
    jo = Customer.objects.get(key="jo")
    assert SourceRef.objects.get(ident="K9").key == "jo" and Customer.objects.count() == 1
    assert jo.name == "J. Jansen" and str(jo.home).startswith("Dorpsstraat 12")


def test_a_file_is_taken_back(brought: Brought, world: World) -> None:
    first = brought(*LINES[:2])
    second = brought(LINES[0].replace("Vries", "Wit"), LINES[2])
    with pytest.raises(Refused):
        mend.undo(actor=ADMIN, file=first.pk)
    assert mend.undo(actor=ADMIN, file=second.pk) == (1, 1)
    assert Customer.objects.filter(name="A. de Vries").exists()
    assert not SourceRef.objects.filter(ident="K3").exists()
    assert mend.undo(actor=ADMIN, file=first.pk) == (2, 0)
    assert set(Customer.objects.values_list("key", flat=True)) == {"jo"} and not CustomerWord.objects.exclude(
        customer__key="jo"
    )
    assert brought(*LINES[:2]).counts["new"] == 2


def test_a_worker_that_dies_is_gone_on_with(brought: Brought, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "PIECE", 5)
    lines = [f"K{n};A.;;Naam;n{n}@example.nl;;1234 AB;{n};;;;;" for n in range(1, 24)]
    row = brought(*lines, go=False)
    files.go(actor=ADMIN, file=row.pk)
    put, times = work._put, []

    def dies(*given: Any) -> None:
        times.append(1)
        if len(times) == 3:
            put(*given)
            raise SystemExit("killed within a piece")
        put(*given)

    monkeypatch.setattr(work, "_put", dies)
    with pytest.raises(SystemExit):
        work.next_one()
    row.refresh_from_db()
    assert (row.state, row.done) == (Import.GO, 10) and SourceRef.objects.count() == 10
    assert not work.next_one(), "another worker does not begin beside one that may live"
    world.time.move(minutes=11)
    assert work.next_one()
    row.refresh_from_db()
    assert (row.state, row.done, row.counts["new"]) == (Import.DONE, 23, 23)
    assert SourceRef.objects.count() == 23 == Customer.objects.count() - 1


def test_technicians_and_their_absences(brought: Brought) -> None:
    brought(
        "7;Pim Loos;0611111111;Loodgieter, CV;nee",
        kind="technicians",
        head="Personeelsnummer;Naam;Mobiel;Vakgebied;Extern",
    )
    row = brought(
        "7;1-10-2026;3-10-2026;ziek", "8;1-10-2026;;verlof", "7;5-10-2026;4-10-2026;ziek", kind="absences",
        head="Medewerker;Begindatum;Einddatum;Reden",
    )  # fmt: skip
    one = Absence.objects.get()
    assert (one.technician.name, one.why, (one.end - one.start).days) == ("Pim Loos", "sick", 3)
    assert {why[0][2] for why in row.rejects.values_list("why", flat=True)} == {"unknown_technician", "ends_before"}
    assert Technician.objects.get(name="Pim Loos").skills == ["loodgieter", "cv"]


def test_excel_with_a_title_above_dates_and_formulas(brought: Brought, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Leeg"
    sheet = book.create_sheet("Huurders")
    sheet.append(["Huurders per 1 september"])
    sheet.append(["Relatienummer", "Naam", "E-mail", "Postcode", "Huisnr", "Einde huur", "Naam", "Opmerking"])
    sheet.append([1001.0, "Jan Smit", "jan@example.nl", "1234 AB", 4.0, datetime(2026, 3, 1), "dubbel", "=1+1"])
    sheet.append([1002, '=HYPERLINK("http://kwaad")', "x@example.nl", "1234 AB", 5, None, "", ""])
    sheet.append([1003, "'=cmd|/c calc", "y@example.nl", "1234 AB", 6, None, "", ""])
    path = tmp_path / "huurders.xlsx"
    book.save(path)
    row = through(path)
    assert any("more than one" in note[1] for note in row.notes)
    smit = SourceRef.objects.get(ident="1001")
    assert smit.values["name"] == "Jan Smit" and smit.values["left"] == date(2026, 3, 1).isoformat()
    assert {one.cells.get("name", "") for one in Reject.objects.all()} >= {"'=cmd|/c calc"}
    assert not Customer.objects.filter(name__startswith="=").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_encodings(brought: Brought, encoding: str) -> None:
    brought("K1;É.;;Müller;;;1234 AB;7;;;;;", encoding=encoding)
    assert Customer.objects.exclude(key="jo").get().name == "É. Müller"


def test_a_bsn_is_refused_wherever_it_stands(brought: Brought) -> None:
    head = "Klantnummer;Naam;BSN;Postcode;Huisnummer"
    row = brought("K1;Jan;111222333;1234 AB;1", "K2;Piet 123456782;;1234 AB;2", head=head)
    assert ["bsn", "BSN"] in row.notes and "BSN" not in row.fields.values()
    assert Reject.objects.get().why == [["name", "Piet 123456782", "bsn"]]
    with pytest.raises(Refused, match="bsn"):
        row = brought("K1;Jan;111222333;1234 AB;1", head=head, go=False)
        files.look(actor=ADMIN, file=row.pk, fields={"ident": "Klantnummer", "name": "BSN"})


def test_what_is_no_file_of_rows_is_said(brought: Brought, tmp_path: Path) -> None:
    import zipfile

    for name, content in {
        "empty.csv": b"", "one.csv": b"naam\nJan\n", "bad.xlsx": b"PK\x03\x04rubbish",
        "image.csv": bytes(range(256)) * 50,
    }.items():  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(Refused):
            files.bring_file(kind="customers", source="erp", path=path)
    with zipfile.ZipFile(tmp_path / "zip.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    with pytest.raises(Refused, match="unpack"):
        files.bring_file(kind="customers", source="erp", path=tmp_path / "zip.xlsx")
    with pytest.raises(Refused):
        files.bring_file(kind="dragons", source="erp", path=tmp_path / "one.csv")
    assert not Import.objects.exists() and not list((tmp_path / "imports").glob("*"))


def test_half_a_file_and_ragged_rows_lose_nothing(brought: Brought, tmp_path: Path) -> None:
    path = tmp_path / "half.csv"
    path.write_text(HEAD + "\n" + LINES[0] + "\n" + "K7;te;weinig\n" + LINES[1] + "\n" + LINES[2][:20])
    row = through(path)
    assert (row.counts["new"], row.counts["rejected"]) == (2, 2)
    assert Reject.objects.count() == 2


def test_only_who_may_and_only_in_order(brought: Brought, world: World) -> None:
    upload = SimpleUploadedFile("x.csv", f"{HEAD}\n{LINES[0]}\n".encode())
    for role in ("agent", "director", "analyst", "technician"):
        with pytest.raises(PermissionDenied):
            files.bring_in(actor=world.staff(role), kind="customers", source="erp", upload=upload)
    row = files.bring_in(actor=ADMIN, kind="customers", source=" ERP ", upload=upload)
    assert row.source == "erp"
    with pytest.raises(Refused):
        files.go(actor=ADMIN, file=row.pk)
    files.remove(actor=ADMIN, file=row.pk)
    assert not files.folder_of(row).exists()
    with pytest.raises(Refused):
        files.remove(actor=ADMIN, file=row.pk)


def test_pages_open_for_who_may_and_a_get_changes_nothing(brought: Brought, world: World) -> None:
    from django.test import Client
    from django.urls import reverse

    row = brought(*LINES)
    bad = Reject.objects.get(number=6)
    pages = [
        reverse("office:imports"), reverse("office:import_new"), reverse("office:import", args=[row.pk]),
        reverse("office:rejects", args=[row.pk]), reverse("office:rejects", args=[row.pk]) + "?csv",
    ]  # fmt: skip
    acts = [
        reverse("office:mend", args=[bad.pk]),
        *(reverse("office:import_act", args=[row.pk, what]) for what in ("go", "undo")),
    ]
    for role, code in {"planner": 200, "admin": 200, "agent": 403, "director": 403, "technician": 403}.items():
        client = Client()
        client.force_login(world.users[role])
        assert [client.get(url).status_code for url in pages] == [code] * len(pages), role
        assert [client.get(url).status_code for url in acts] == [405] * len(acts)
        if code == 403:
            assert [client.post(url).status_code for url in acts] == [403] * len(acts), role
    assert Customer.objects.count() == 4 and Reject.objects.filter(state=Reject.OPEN).count() == 3
    client = Client()
    client.force_login(world.users["admin"])
    out = client.get(pages[4]).content.decode("utf-8-sig")
    assert "K5" in out and "not_a_postcode" not in out, "reasons in words"
    assert client.post(acts[0], {"f-mobile": "0612345678", "f-postcode": "1234 AB"}).status_code == 302
    assert Customer.objects.count() == 5
    assert client.get(reverse("office:import", args=[99])).status_code == 404
    assert client.post(reverse("office:import_new"), {"kind": "customers", "source": "erp"}).status_code == 422


def test_who_is_in_the_file_with_a_bad_row_is_not_gone(brought: Brought) -> None:
    lines = [f"K{n};A.;;Naam{chr(97 + n)};n{n}@example.nl;;1234 AB;{n + 20};;;;;" for n in range(1, 25)]
    brought(*lines)
    row = brought("K1;A.;;Naamb;geen@adres;;1234 AB;21;;;;;", *lines[1:], gone="moved")
    assert (row.counts["gone"], row.counts.get("left", 0), row.counts["rejected"]) == (0, 0, 1)
    assert not Customer.objects.filter(status=Customer.MOVED).exists()


def test_somebody_else_at_the_same_home_and_address_is_somebody_else(brought: Brought) -> None:
    brought("K9;J.;;Anders;J.Jansen@example.nl;;1234 AB;12;;;;vertrokken;1-3-2026")
    jo = Customer.objects.get(key="jo")
    assert (jo.name, jo.status) == ("Jo Jansen", Customer.CURRENT)
    assert SourceRef.objects.get(ident="K9").key != "jo" and Customer.objects.count() == 2


def test_an_old_reject_does_not_undo_what_a_later_file_said(brought: Brought) -> None:
    brought(LINES[0], LINES[3])
    old = Reject.objects.get()
    brought(LINES[0], LINES[3].replace("d@example", "d@example.nl").replace("Bakker", "Bakker-Nieuw"))
    with pytest.raises(Refused):
        mend.mend(actor=ADMIN, reject=old.pk, cells={**old.cells, "email": "d@example.nl"})
    assert Customer.objects.filter(name="D. Bakker-Nieuw").exists()


def test_a_file_that_failed_half_way_is_taken_back_not_thrown_away(
    brought: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PIECE", 2)
    row = brought(*LINES[:3], go=False)
    files.go(actor=ADMIN, file=row.pk)
    put, times = work._put, []

    def breaks(*given: Any) -> None:
        times.append(1)
        if len(times) == 2:
            raise RuntimeError("something of ours")
        put(*given)

    monkeypatch.setattr(work, "_put", breaks)
    with pytest.raises(RuntimeError):
        work.next_one()
    row.refresh_from_db()
    assert (row.state, row.done) == (Import.FAILED, 2)
    with pytest.raises(Refused):
        files.remove(actor=ADMIN, file=row.pk)
    assert mend.undo(actor=ADMIN, file=row.pk) == (2, 0)
    assert not SourceRef.objects.exists()
