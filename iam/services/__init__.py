"""Service accounts, their keys, and the way in for programs. [AC-4]"""
