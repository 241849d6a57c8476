"""Lists other than rosters: certifications, registers, allotments, bank returns, recoveries."""
