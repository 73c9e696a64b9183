"""No standing privilege: elevations, break-glass, and what is done under them. [AC-5]"""
