"""Alarms: what the lines say now is held against rules, whoever is on call is told, and told again until somebody answers. [FW-6]"""
