"""The six-monthly audit: an approved method, every device against its checklist, a random sample, findings with owners, a signature. [FW-5]"""
