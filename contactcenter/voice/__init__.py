"""Telephone calls: from the trunk over the queue to an agent's browser, never lost and never in silence."""

from contactcenter.voice.app import run

__all__ = ["run"]
