"""The way in, and the session that begins behind it. [ID-1]"""
