"""Directories the house governs: OpenLDAP and Active Directory. Nothing outside this folder speaks LDAP."""

from iam.directory import corrections, registry, rounds
from iam.directory.cycle import look

__all__ = ["corrections", "look", "registry", "rounds"]
