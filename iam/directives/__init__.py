"""The access directive and its procedures, and who has read them. [AC-8]"""
