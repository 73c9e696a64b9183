"""Courses in sealed versions: written in the house or shipped with the release, approved by another, published. [TR-1]"""
