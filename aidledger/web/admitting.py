"""Makes the pages available once the ledger is open: to users without a password, and to those who have signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aidledger.operations import offices, passwords

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from aidledger.web.door import Door
    from aidledger.web.site import Site


def admit(app: Starlette, site: Site) -> None:
    """Open the pages of a site; raises SideDataUnreadable, NotNamed, OtherRole, and opens nothing then.

    That others can read what goes over the network is the office's decision, and stands in the chain.
    """
    door: Door = app.state.door
    door.guarded |= passwords.accounts(site.ledger).keys()
    if passwords.has(site.ledger, door.actor):
        door.guard(door.actor)
    if door.address.unprotected:
        offices.record_plain_http(site.ledger, door.address.host)
    site.jobs.keep(site.ledger)
    app.state.site = site
