"""Passwords, one-time codes and passkeys: chosen, kept, renewed, recovered, given up. [PW-1 to PW-5, ID-4]"""
