"""The register: what lies outside of the tables."""

from django.utils.translation import gettext_noop as _

from loper.server.records.register.entry import Basis, Kind, Pile

PILES = (
    Pile(
        name=_("own log, as Parquet and laid out for questions"),
        place="logs",
        purpose="listen",
        basis=Basis.INTEREST,
        keep="journal",
        erase=_("its columns name nobody; customer is the random reference, which stands"),
        fields={
            **dict.fromkeys(("case", "customer", "cause"), Kind.REFERENCE),
            **dict.fromkeys(
                "activity time seq recorded kind channel direction initiator outcome journey version stage round score"
                " reason".split(),
                Kind.PLAIN,
            ),
        },
    ),
    Pile(
        name=_("logs that were brought in"),
        place="logs",
        purpose="listen",
        basis=Basis.INTEREST,
        keep="log",
        erase=_(
            "customers stand in them as codes that lead back to nobody; the file it was read from goes with an erase"
        ),
    ),
    Pile(
        name=_("files of customers of other systems"),
        place="imports",
        purpose="serve",
        basis=Basis.CONTRACT,
        keep="file",
        erase=_("every file that is in force goes, and rows that were rejected in which the customer is named"),
    ),
    Pile(
        name=_("exports that were asked for"),
        place="exports",
        purpose="answer",
        basis=Basis.LEGAL,
        keep="file",
        erase=_("those of the customer go"),
    ),
    Pile(
        name=_("messages to other systems, and tables for analysts"),
        place="(where they are written)",
        purpose="run",
        basis=None,
        keep="journal",
        erase=_(
            "they name nobody; a system that hears what people told stands on the page of privacy, and erases it itself"
        ),
    ),
    Pile(
        name=_("backups"),
        place="(where they are written)",
        purpose="answer",
        basis=Basis.LEGAL,
        keep="backup",
        erase=_("what was erased since is erased again before a worker starts on a backup that was put back"),
    ),
)
