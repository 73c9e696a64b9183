"""Awareness: breaches reported in one step, reminders of the risks of IT, and trial mails that teach whom they catch. [TR-8, TR-9]"""
