"""What firewalls are told to do: configurations read into one model, judged, and compared. [FW-1, FW-2, FW-5]"""
