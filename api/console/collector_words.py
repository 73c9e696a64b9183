"""Words of the collectors of configurations."""

from collections.abc import Mapping

from api.console.pages.frame import Choice, State
from api.words import N_
from firewall_audit.collectors.recipes import RECIPES

OUTCOMES: Mapping[str, State] = {
    "running": State(N_("It is being fetched"), "blue"),
    "new": State(N_("A new version"), "green"),
    "unchanged": State(N_("Unchanged"), "green"),
    "unreachable": State(N_("It cannot be reached, or refuses the connection"), "red"),
    "slow": State(N_("It did not answer in time"), "red"),
    "untrusted": State(N_("Its key waits to be trusted"), "amber"),
    "changed-key": State(N_("It shows another key than the one trusted"), "red"),
    "credential": State(N_("A credential is missing or cannot be used"), "red"),
    "sign-in": State(N_("It does not let the collector in"), "red"),
    "not-allowed": State(N_("The collector's user may not read the configuration"), "red"),
    "answer": State(N_("It answers otherwise than it should"), "red"),
    "too-large": State(N_("The answer is too large"), "red"),
    "truncated": State(N_("The answer broke off"), "red"),
    "not-configuration": State(N_("The answer is no configuration"), "red"),
    "not-taken": State(N_("The configuration was refused when it was taken in"), "red"),
    "broken-off": State(N_("The collector was stopped before the end"), "red"),
    "broken": State(N_("The collector itself failed; its log says more"), "red"),
}
WAYS: Mapping[str, str] = {"ssh": "SSH", "api": "API"}
CHOICES = tuple(
    Choice(f"{way}:{name}", f"{one.title} · {WAYS[way]}")
    for way, found in RECIPES.items()
    for name, one in found.items()
)
