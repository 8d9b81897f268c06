"""Hand-over formats and redaction: what other programs and the public may read of a case."""

from roadstead.report.exports.kml import SIMULATED
from roadstead.report.exports.layers import Handover, Layer, credits_of, layers_of
from roadstead.report.exports.redaction import WITHHELD, Profile, Redactor, analysts_of, redactor_for
from roadstead.report.exports.rules import Rules, read_rules
from roadstead.report.exports.schema import schema, schema_faults
from roadstead.report.exports.secrets import holds_secret, without_secrets
from roadstead.report.exports.withheld import redacted, redacted_contents, withheld_case
from roadstead.report.exports.write import Exported, Format, write_exports

__all__ = [
    "SIMULATED",
    "WITHHELD",
    "Exported",
    "Format",
    "Handover",
    "Layer",
    "Profile",
    "Redactor",
    "Rules",
    "analysts_of",
    "credits_of",
    "holds_secret",
    "layers_of",
    "read_rules",
    "redacted",
    "redacted_contents",
    "redactor_for",
    "schema",
    "schema_faults",
    "withheld_case",
    "without_secrets",
    "write_exports",
]
