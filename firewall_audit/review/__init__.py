"""The weekly review of the logs: what was found, what was said of each finding, and who signed. [FW-3, FW-4]"""
