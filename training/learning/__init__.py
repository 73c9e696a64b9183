"""Who is asked to learn what and by when, how they went about it, and what they passed. [TR-1]"""
