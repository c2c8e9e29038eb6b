"""Held against something: a design (conformance), another group or period (comparison), the arms of a trial."""
