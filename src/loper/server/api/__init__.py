"""JSON for machines: events in, the OpenAPI document."""
