from __future__ import annotations

import pytest

from aidledger.catalogue.catalogue import Catalogue
from aidledger.catalogue.loading import load
from aidledger.demo.district import district_listings, rosters_of
from aidledger.demo.listings import DemoList
from aidledger.demo.sheets import DemoRoster
from aidledger.domain.published import PublishedReport


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load().of_region("sichuan")  # as the demo makes its ledger


@pytest.fixture(scope="session")
def report(catalogue: Catalogue) -> PublishedReport:
    return catalogue.report("gaoping-2021-2022h1")


@pytest.fixture(scope="session")
def listings(catalogue: Catalogue, report: PublishedReport) -> list[DemoList]:
    return district_listings(catalogue, report, seed=2021)


@pytest.fixture(scope="session")
def rosters(catalogue: Catalogue, listings: list[DemoList]) -> list[DemoRoster]:
    return rosters_of(listings, catalogue)
