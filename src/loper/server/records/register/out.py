"""The register: what goes out to other systems, and the ledger of promises."""

from loper.server.records.register.entry import Basis, Erase, nobody, table

LOG = "a line of the log, which names nobody"

TABLES = (
    nobody(
        "records.Subscriber",
        "id key name owner address form types journeys regions facts seeds token state why created failures rests held"
        " heard",
        staff="by",
    ),
    nobody("records.Outgoing", "id case seq"),
    nobody(
        "records.Delivery",
        "id subscriber case seq ident state attempts queued not_before tried status answer took",
    ),
    table(
        "records.Promise",
        purpose="answer",
        basis=Basis.INTEREST,
        keep="journal",
        customer="customer",
        case="case",
        erase=Erase.STANDS,
        person="kind given start due state why settled sorry called",
        plain="id number journey by stage",
        staff="technician",
        stands={"case": LOG, "customer": "a random reference: promises still add up"},
    ),
    nobody("records.PromiseCase", "case revision again"),
)
