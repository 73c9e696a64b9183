"""The web console: pages for people. Each page calls what the fields offer and shows it by one template."""

from starlette.routing import BaseRoute

from api.console import (
    account,
    activation,
    approvals,
    asking,
    desk,
    directives,
    due,
    entry,
    floor,
    house,
    ledger,
    people,
    profiles,
    reports,
    requests,
)

ROUTES: list[BaseRoute] = [
    *entry.ROUTES,
    *activation.ROUTES,
    *due.ROUTES,
    *account.ROUTES,
    *desk.ROUTES,
    *floor.ROUTES,
    *people.ROUTES,
    *asking.ROUTES,
    *requests.ROUTES,
    *approvals.ROUTES,
    *profiles.ROUTES,
    *reports.ROUTES,
    *directives.ROUTES,
    *ledger.ROUTES,
    *house.ROUTES,
]
