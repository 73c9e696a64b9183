"""Training as a live condition: who has which course in date, held in memory and never older than a second. [TR-1]"""
