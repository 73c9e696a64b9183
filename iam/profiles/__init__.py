"""Access profiles: what a function needs and no more. [AC-6, AC-10]"""
