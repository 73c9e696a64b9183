"""Every version's rules judged in the background; what is found has a life, an owner and an end. [FW-1, FW-5]"""
