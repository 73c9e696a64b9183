"""Directories the house governs: OpenLDAP and Active Directory. Nothing outside this folder speaks LDAP."""
