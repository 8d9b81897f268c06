"""Evidence bundles: making them, auditing them; the results of a case as they stand."""

from roadstead.evidence.auditing import Audit, Fault, Stage, audit
from roadstead.evidence.bag import Damage, check_bag
from roadstead.evidence.bundling import Bundled, bundle
from roadstead.evidence.handover import export
from roadstead.evidence.results import Results, read_results

__all__ = [
    "Audit",
    "Bundled",
    "Damage",
    "Fault",
    "Results",
    "Stage",
    "audit",
    "bundle",
    "check_bag",
    "export",
    "read_results",
]
