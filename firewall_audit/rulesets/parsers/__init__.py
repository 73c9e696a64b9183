"""One small pure file per vendor, and the list of them. [FW-2, FW-5]"""
