"""Directories the house governs: OpenLDAP and Active Directory. Nothing outside this folder speaks LDAP."""

from iam.directory import corrections, own_passwords, registry, rounds
from iam.directory.cycle import look

__all__ = ["corrections", "look", "own_passwords", "registry", "rounds"]
