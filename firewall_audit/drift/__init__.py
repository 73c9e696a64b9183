"""No change that nobody approved: what changed on a device, held against what change control authorised, in both directions. [FW-2]"""
