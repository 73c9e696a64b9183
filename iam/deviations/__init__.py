"""What is differs from what is wanted. [AC-7, AC-9]"""
