"""Evidence bundles: making them, auditing them; the results of a case as they stand."""

from roadstead.evidence.auditing import Audit, Fault, Stage, audit
from roadstead.evidence.bag import Damage, check_bag
from roadstead.evidence.basis import older_than_results
from roadstead.evidence.bundling import Bundled, bundle
from roadstead.evidence.differing import Difference, Kind
from roadstead.evidence.editions import Compared, EditionRecord, Published, diff, publish, read_editions
from roadstead.evidence.figuring import Picture, Print, figures, offered
from roadstead.evidence.handover import export
from roadstead.evidence.reporting import Reported, write_report
from roadstead.evidence.results import Results, read_results

__all__ = [
    "Audit",
    "Bundled",
    "Compared",
    "Damage",
    "Difference",
    "EditionRecord",
    "Fault",
    "Kind",
    "Picture",
    "Print",
    "Published",
    "Reported",
    "Results",
    "Stage",
    "audit",
    "bundle",
    "check_bag",
    "diff",
    "export",
    "figures",
    "offered",
    "older_than_results",
    "publish",
    "read_editions",
    "read_results",
    "write_report",
]
