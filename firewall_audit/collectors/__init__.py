"""Collectors: a device's configuration fetched by SSH or by its API, as it stands on the register, and put on record. [FW-2, SW-18]"""
