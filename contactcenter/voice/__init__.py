"""Telephone calls: from the trunk over the queue to an agent's browser, never lost and never in silence."""
