"""Imported detection rules in the form of Sigma: read, tried, switched on until a day, and part of the weekly review. [FW-3]"""
