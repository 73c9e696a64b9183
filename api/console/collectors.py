"""The collector of a device, on the device's page: set, dropped, its key trusted, asked at once. [FW-2, SW-18]"""

from typing import Any

from starlette.responses import Response

from api.console import firewalls
from api.console.account import uuid_of
from api.console.pages.frame import Form
from api.console.visit import Visit, problems_of, route
from firewall_audit.collectors import registry


def set_collector(visit: Visit) -> Response:
    """POST /firewalls/{id}/collector."""
    device_id = uuid_of(visit.request.path_params["id"])
    fields = ("recipe", "address", "port", "authority", "tls_name")
    kept = {name: visit.field(name) for name in fields}
    way, _, recipe = kept["recipe"].partition(":")
    told: dict[str, Any] = kept | {"way": way, "recipe": recipe, "port": kept["port"] or None}
    try:
        registry.set_collector(visit.actor, device_id, **told)
    except firewalls.FAULTS as error:
        return firewalls.page_of(visit, device_id, Form(kept, problems_of(error)), 422)
    return visit.go(f"/firewalls/{device_id}", "saved")


def drop_collector(visit: Visit) -> Response:
    """POST /firewalls/{id}/drop-collector."""
    device_id = uuid_of(visit.request.path_params["id"])
    registry.drop_collector(visit.actor, device_id)
    return visit.go(f"/firewalls/{device_id}", "done")


def trust_key(visit: Visit) -> Response:
    """POST /firewalls/{id}/trust-key."""
    device_id = uuid_of(visit.request.path_params["id"])
    registry.trust_key(visit.actor, device_id, fingerprint=visit.field("fingerprint"))
    return visit.go(f"/firewalls/{device_id}", "done")


def collect(visit: Visit) -> Response:
    """POST /firewalls/{id}/collect."""
    device_id = uuid_of(visit.request.path_params["id"])
    registry.ask_collection(visit.actor, device_id)
    return visit.go(f"/firewalls/{device_id}", "done")


ROUTES = [
    route("/firewalls/{id}/collector", set_collector, ("POST",)),
    route("/firewalls/{id}/drop-collector", drop_collector, ("POST",)),
    route("/firewalls/{id}/trust-key", trust_key, ("POST",)),
    route("/firewalls/{id}/collect", collect, ("POST",)),
]
