"""Identity: what pixels allow to be said, and which classes a size is consistent with."""

from roadstead.identify.gate import Gate, consistent_classes, gate, size_agrees

__all__ = ["Gate", "consistent_classes", "gate", "size_agrees"]
