"""GET /api/openapi.json: what machines can ask, and what they get, in OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from loper.define.model import ROLES
from loper.run.cloudevents import LONGEST
from loper.server.api.problems import TITLES

CLOUD_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "A CloudEvent 1.0. `subject` is the key of the case.",
    "required": ["specversion", "id", "source", "type", "subject"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1, "maxLength": LONGEST["id"]},
        "source": {"type": "string", "minLength": 1, "maxLength": LONGEST["source"], "description": "of the token"},
        "type": {"type": "string", "minLength": 1, "maxLength": LONGEST["type"], "examples": ["job.fixed"]},
        "subject": {"type": "string", "minLength": 1, "maxLength": LONGEST["subject"]},
        "time": {"type": "string", "format": "date-time", "description": "when it happened; absent: now"},
        "datacontenttype": {"type": "string"},
        "data": {"type": "object", "description": "facts, by name"},
        "emitter": {"enum": list(ROLES), "description": "who says so; may be left out where the token has one role"},
        "sequence": {"type": ["integer", "string"], "description": "order among events of one source at one time"},
        "customer": {"type": "string", "maxLength": LONGEST["customer"], "description": "of a begin event: whose case"},
        "journey": {"type": "string", "maxLength": LONGEST["journey"], "description": "where several begin with it"},
    },
}

RESULT: dict[str, Any] = {
    "type": "object",
    "required": ["result"],
    "additionalProperties": False,
    "properties": {
        "result": {
            "enum": ["accepted", "duplicate", "waiting", "refused"],
            "description": "duplicate: it was there before; waiting: its case is not there yet; both are kept",
        },
        "id": {"type": "string"},
        "source": {"type": "string"},
        "subject": {"type": "string"},
    },
}

RESULTS: dict[str, Any] = {"type": "array", "items": {"$ref": "#/components/schemas/Result"}}

TAKEN: dict[str, Any] = {
    "type": "object",
    "required": ["taken", "results"],
    "additionalProperties": False,
    "properties": {"taken": {"type": "integer", "minimum": 0}, "results": RESULTS},
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `errors` has an entry a thing that is wrong; `at` points into the batch.",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["at", "why"],
                "additionalProperties": False,
                "properties": {"at": {"type": "string"}, "why": {"type": "string"}},
            },
        },
        "taken": {"type": "integer", "minimum": 0},
        "results": RESULTS,
        "code": {"type": "string", "description": "VERA alone: the status, as a Foutbericht says it"},
        "omschrijving": {"type": "string", "description": "VERA alone: the detail, as a Foutbericht says it"},
        "afspraakOpties": {"type": "array", "items": {"type": "object"}, "description": "VERA alone: what is free"},
    },
}

REPORT: dict[str, Any] = {
    "type": "object",
    "required": ["state"],
    "properties": {
        "key": {"type": "string", "maxLength": 500, "description": "the Idempotency-Key that we sent"},
        "id": {"type": "string", "maxLength": 200, "description": "the gateway's own"},
        "state": {"enum": ["delivered", "failed"]},
        "at": {"type": "string", "format": "date-time"},
        "permanent": {"type": "boolean", "description": "the number does not work, and should not be used again"},
        "why": {"type": "string", "maxLength": 2000},
    },
}


POSITION: dict[str, Any] = {
    "type": "object",
    "description": "Where a technician was. Kept only while they drive to a customer, to 100 m, for a day at most.",
    "required": ["technician", "at", "lat", "lon"],
    "additionalProperties": False,
    "properties": {
        "technician": {"type": "string", "minLength": 1, "maxLength": 40, "description": "their key in Loper"},
        "at": {"type": "string", "format": "date-time", "description": "with an offset; at most 24 hours ago"},
        "lat": {"type": "number", "minimum": -90, "maximum": 90, "description": "degrees, WGS 84"},
        "lon": {"type": "number", "minimum": -180, "maximum": 180},
        "accuracy": {"type": "number", "minimum": 0, "description": "metres; absent: 100"},
    },
}

PLACED: dict[str, Any] = {
    "type": "object",
    "required": ["taken", "results"],
    "additionalProperties": False,
    "properties": {
        "taken": {"type": "integer", "minimum": 0},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["result"],
                "additionalProperties": False,
                "properties": {
                    "result": {
                        "enum": ["kept", "duplicate", "ignored"],
                        "description": "ignored: they were not on the way to a customer then, or do not share it",
                    }
                },
            },
        },
    },
}


PARTNER_VISIT: dict[str, Any] = {
    "type": "object",
    "description": "Name, address and telephone are in it only once the co-maker has accepted it.",
    "required": ["id", "uid", "sequence", "state"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer"},
        "uid": {"type": "string", "description": "as in the calendar"},
        "sequence": {"type": "integer"},
        "state": {"enum": ["asked", "proposed", "accepted", "done", "cancelled", "gone"]},
        "answer_before": {"type": "string", "format": "date-time"},
        "start": {"type": "string", "format": "date-time"},
        "end": {"type": "string", "format": "date-time"},
        "minutes": {"type": "integer"},
        "work": {"type": "string"},
        "skills": {"type": "array", "items": {"type": "string"}},
        "area": {"type": "string"},
        "name": {"type": "string"},
        "address": {"type": "string"},
        "phone": {"type": "string"},
        "can": {"type": "array", "items": {"type": "string"}, "description": "what can be said of it now"},
    },
}

PARTNER_VISITS: dict[str, Any] = {
    "type": "object",
    "required": ["visits", "next"],
    "additionalProperties": False,
    "properties": {
        "visits": {"type": "array", "items": {"$ref": "#/components/schemas/PartnerVisit"}},
        "next": {"type": "string", "description": "send it as `since` next time"},
    },
}

PARTNER_SAYS: dict[str, Any] = {
    "type": "object",
    "required": ["say"],
    "additionalProperties": False,
    "properties": {
        "say": {"enum": ["accept", "refuse", "propose", "depart", "arrive", "fixed", "not_fixed", "absent"]},
        "reason": {"type": "string", "maxLength": 400, "description": "with refuse and not_fixed"},
        "start": {"type": "string", "format": "date-time", "description": "with propose: a free block of theirs"},
        "end": {"type": "string", "format": "date-time"},
    },
}


AGAIN: dict[str, Any] = {
    "type": "object",
    "description": "One of: everything after an id, one id, or everything that was recorded in a time",
    "additionalProperties": False,
    "properties": {
        "since_id": {"type": "string"},
        "id": {"type": "string"},
        "from": {"type": "string", "format": "date-time"},
        "until": {"type": "string", "format": "date-time", "description": "with from; absent: now"},
    },
}

GOES_AGAIN: dict[str, Any] = {
    "type": "object",
    "required": ["again"],
    "additionalProperties": False,
    "properties": {"again": {"type": "integer", "minimum": 0}},
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _problems(*statuses: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    return {str(status): {"description": TITLES[status], "content": content} for status in statuses}


def _vera(name: str, what: str, one: bool, writes: Sequence[str]) -> dict[str, Any]:
    """An address of VERA. The schemas are those of OHD 4.3.0."""
    body: dict[str, Any] = {"type": "object", "description": f"{what}, by VERA OHD 4.3.0"}
    many = {"type": "array", "maxItems": 100, "items": body}
    id = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}

    def method(verb: str) -> dict[str, Any]:
        shown = many if verb == "get" and not one else body
        status = "201" if verb == "post" else "200"
        found: dict[str, Any] = {
            "operationId": f"{verb}{name}",
            "summary": f"{what} (VERA)",
            "security": [{"token": []}],
            "responses": {
                status: {"description": "As it stands now", "content": {"application/json": {"schema": shown}}},
                **_problems(400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 503),
            },
        }
        if verb != "get":
            found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
        return found

    found = {verb: method(verb) for verb in ("get", *writes)}
    return {**found, "parameters": [id]} if one else found


VERA: dict[str, Any] = {
    "/api/vera/v4/afspraak-opties": _vera("Options", "AfspraakOptie", False, ["post", "put", "patch"]),
    "/api/vera/v4/afspraak-opties/{id}": _vera("Option", "AfspraakOptie", True, ["put", "patch"]),
    "/api/vera/v4/afspraken": _vera("Appointments", "Afspraak", False, ["post", "put", "patch"]),
    "/api/vera/v4/afspraken/{id}": _vera("Appointment", "Afspraak", True, ["put", "patch"]),
}


def specification() -> dict[str, Any]:
    """The whole document."""
    cloud = {"application/cloudevents+json": {"schema": _ref("CloudEvent")}}
    batch = {"application/cloudevents-batch+json": {"schema": {"type": "array", "items": _ref("CloudEvent")}}}
    binary = {"application/json": {"schema": {"type": "object", "description": "the data; the rest in ce- headers"}}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Loper",
            "version": version("loper"),
            "description": "Events of your customers' journeys, in. See docs/reference/events-api.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            "/api/events": {
                "post": {
                    "operationId": "tellEvents",
                    "summary": "Tell what happened",
                    "security": [{"token": []}],
                    "requestBody": {"required": True, "content": {**cloud, **batch, **binary}},
                    "responses": {
                        "200": {
                            "description": "Everything is durable; sent again, nothing changes",
                            "content": {"application/json": {"schema": _ref("Taken")}},
                        },
                        **_problems(400, 401, 403, 405, 413, 415, 422, 429, 503),
                    },
                }
            },
            "/api/positions": {
                "post": {
                    "operationId": "tellPositions",
                    "summary": "Tell where technicians are",
                    "security": [{"token": []}],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {
                                "schema": {"oneOf": [_ref("Position"), {"type": "array", "items": _ref("Position")}]}
                            }
                        },
                    },
                    "responses": {
                        "200": {
                            "description": "Each is kept, was there already, or is not kept on purpose",
                            "content": {"application/json": {"schema": _ref("Placed")}},
                        },
                        **_problems(400, 401, 403, 405, 413, 415, 422, 429, 503),
                    },
                }
            },
            "/api/sms/reports": {
                "post": {
                    "operationId": "reportSms",
                    "summary": "What became of an SMS",
                    "security": [{"signature": []}],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("SmsReport")}}},
                    "responses": {
                        "204": {"description": "Taken, or not about a message of ours"},
                        **_problems(400, 401, 405, 413, 429, 503),
                    },
                }
            },
            **VERA,
            "/api/partner/visits": {
                "get": {
                    "operationId": "partnerVisits",
                    "summary": "A co-maker's visits that changed",
                    "security": [{"token": []}],
                    "parameters": [{"name": "since", "in": "query", "schema": {"type": "string"}}],
                    "responses": {
                        "200": {
                            "description": "The oldest change first; a visit may come twice",
                            "content": {"application/json": {"schema": _ref("PartnerVisits")}},
                        },
                        **_problems(401, 405, 422, 429, 503),
                    },
                }
            },
            "/api/partner/visits/{pk}": {
                "parameters": [{"name": "pk", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "post": {
                    "operationId": "partnerSays",
                    "summary": "What a co-maker says of a visit",
                    "security": [{"token": []}],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": _ref("PartnerSays")}},
                    },
                    "responses": {
                        "200": {
                            "description": "The visit as it stands now",
                            "content": {"application/json": {"schema": _ref("PartnerVisit")}},
                        },
                        **_problems(400, 401, 404, 405, 409, 413, 415, 422, 429, 503),
                    },
                },
            },
            "/api/out/{key}/again": {
                "parameters": [{"name": "key", "in": "path", "required": True, "schema": {"type": "string"}}],
                "post": {
                    "operationId": "sendAgain",
                    "summary": "A subscriber asks for what it missed",
                    "security": [{"webhook": []}],
                    "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Again")}}},
                    "responses": {
                        "200": {
                            "description": "So many messages wait for it again, under the same ids",
                            "content": {"application/json": {"schema": _ref("GoesAgain")}},
                        },
                        **_problems(400, 401, 405, 413, 415, 422, 429, 503),
                    },
                },
            },
            "/api/openapi.json": {
                "get": {
                    "operationId": "openapi",
                    "summary": "This document",
                    "responses": {"200": {"description": "OpenAPI 3.1", "content": {"application/json": {}}}},
                }
            },
        },
        "components": {
            "schemas": {
                "CloudEvent": CLOUD_EVENT,
                "Result": RESULT,
                "Taken": TAKEN,
                "Problem": PROBLEM,
                "SmsReport": REPORT,
                "PartnerVisits": PARTNER_VISITS,
                "PartnerVisit": PARTNER_VISIT,
                "PartnerSays": PARTNER_SAYS,
                "Position": POSITION,
                "Placed": PLACED,
                "Again": AGAIN,
                "GoesAgain": GOES_AGAIN,
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "made with `loper source add`"},
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Signature",
                    "description": "sha256=HEX of HMAC-SHA256 over the body, with LOPER_SMS_SECRET",
                },
                "webhook": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "Standard Webhooks, by the secret of the subscriber; webhook-id and -timestamp too",
                },
            },
        },
    }


@require_safe
def document(request: HttpRequest) -> HttpResponse:
    return JsonResponse(specification())
