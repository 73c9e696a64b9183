"""Secrets that stand readable in files. [PW-3]"""
