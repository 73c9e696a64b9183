"""People, their accounts on every platform, and the roles they hold. [ID-2, ID-3, AC-1, AC-3]"""
