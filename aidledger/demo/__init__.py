"""A made-up district: a few hundred rosters whose rows make the totals of a published report."""

from aidledger.demo.district import district_rosters
from aidledger.demo.sheets import DemoRoster, DemoSheet
from aidledger.demo.writing import write_rosters

__all__ = ["DemoRoster", "DemoSheet", "district_rosters", "write_rosters"]
