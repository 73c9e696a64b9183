"""Directories: pure parts, and real ones (OpenLDAP, a Samba domain controller)."""
