"""What really changed, as collectors see it, held against what was authorised. [CC-4]"""
