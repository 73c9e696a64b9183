"""What leaves the house for a person, by which channel, and its receipt. [ID-5]"""
