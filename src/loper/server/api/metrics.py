"""How the server does, in numbers for Prometheus: GET /metrics, with a token or from this machine itself.

Names as Prometheus has them (base units, `_total` for what only grows); labels name states and channels, never anybody.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from loper.server.queries.health import Health, health
from loper.server.security import TIMES, client_ip


class Standing(Collector):
    """The health of this moment, as gauges."""

    def __init__(self, found: Health) -> None:
        self.found = found

    def collect(self) -> Iterator[GaugeMetricFamily]:
        one = self.found
        plain: tuple[tuple[str, str, float | None], ...] = (
            ("worker_heartbeat_age_seconds", "Seconds since a worker was last heard of", one.worker_age),
            ("outbox_oldest_due_seconds", "How long the oldest message that is due has waited", one.queue_age),
            ("timers_late", "Cases whose time came more than five minutes ago", one.timers_late),
            ("timer_oldest_late_seconds", "How late the latest of them is", one.timer_age),
            ("addresses_bounced_7d", "Addresses that failed for good within a week", one.bounced),
            ("bounce_ratio_7d", "Of the messages of a week", one.bounce_share),
            ("messages_unknown_7d", "Messages of a week of which nobody knows whether they went", one.unknown),
            ("promises_kept_ratio_7d", "Share of the promises of a week that were kept", one.kept),
            ("promises_due_7d", "Promises that were due within a week", one.promises),
            ("backup_age_seconds", "Seconds since the last backup", one.backup_age),
            ("events_received_1h", "Events taken in within an hour", one.events),
            ("events_waiting", "Events whose case is not there yet", one.waiting),
            ("import_rows_to_mend", "Rows of files in force that could not come in", one.rejects),
            ("database_bytes", "Size of the database on the disk", one.database),
        )
        for name, what, value in plain:
            if value is not None:
                yield GaugeMetricFamily(f"loper_{name}", what, value=value)
        for name, what, label, values in (
            ("outbox_messages", "Messages by state", "state", one.outbox),
            ("messages_sent_7d", "Messages of a week by channel", "channel", one.sent),
            ("cases", "Cases by state", "state", one.cases),
        ):
            family = GaugeMetricFamily(f"loper_{name}", what, labels=[label])
            for key, number in values.items():
                family.add_metric([key], number)
            yield family


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers; 404 for who may not have them, as if there were none."""
    if not _may(request):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    registry.register(Standing(health()))
    body = generate_latest(registry) + generate_latest(TIMES)
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _may(request: HttpRequest) -> bool:
    if settings.LOPER_METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {settings.LOPER_METRICS_TOKEN}".encode())
    return settings.LOPER_PROXIES == 0 and client_ip(request) in ("127.0.0.1", "::1")
