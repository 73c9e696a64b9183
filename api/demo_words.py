"""What everybody in the demonstration house knows."""

PASSWORD = "Harmattan-Kora-27"  # noqa: S105 - told on the demonstration's own page
ZONE = "Africa/Porto-Novo"
"""The clock on the walls of Cotonou and Bohicon."""
