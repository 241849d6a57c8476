"""Lists that pay nobody: certifications, registers, allotments, bank returns, recoveries."""
