"""Requests for identities and rights, from the wish to the deed. [AC-1, AC-2]"""
