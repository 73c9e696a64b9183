"""How lines come in: by syslog over UDP, TCP and TLS into a spool, and by files. [FW-3]"""
