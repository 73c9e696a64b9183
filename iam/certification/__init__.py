"""Rights certified again, and what nobody uses put to sleep. [AC-10]"""
