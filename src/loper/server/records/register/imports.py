"""The register: files of other systems, and by which numbers they call our customers."""

from loper.server.records.register.entry import Basis, nobody, table

TABLES = (
    table(
        "records.SourceRef",
        purpose="serve",
        basis=Basis.CONTRACT,
        keep="customer",
        customer="key",
        person="source kind ident values",
        hidden="key",
        plain="id seen",
    ),
    nobody("records.Mapping", "id source kind fields changed"),
    table(
        "records.Import",
        purpose="serve",
        basis=Basis.CONTRACT,
        keep="file",
        since="created",
        staff="by",
        plain="id kind source name file sha256 size state fields notes gone total done counts examples said created"
        " applied beat",
    ),
    table(
        "records.Reject",
        purpose="serve",
        basis=Basis.CONTRACT,
        keep="file",
        since="file__created",
        plain="id file number state",
        stands={
            "cells": "nobody can tell whose they are: an erase looks for what it erases in them, and takes those rows",
            "why": "as the cells",
        },
    ),
    table(
        "records.Change",
        purpose="serve",
        basis=Basis.CONTRACT,
        keep="file",
        since="file__created",
        customer="key",
        person="before",
        hidden="ident key",
        plain="id file made",
    ),
)
