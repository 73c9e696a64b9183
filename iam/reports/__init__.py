"""Reports on access, now and at any date. [AC-9]"""
