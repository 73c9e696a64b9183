"""What a review of firewall logs finds: one file for each kind, pure over the store. [FW-1, FW-3, FW-4]"""
