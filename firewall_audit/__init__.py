"""What the house's firewalls, routers and intrusion detection saw, reviewed every week, and no change of theirs that nobody approved.

Nothing is imported here: the processes that read log lines load what reads them, and neither the tables nor the actions (`field`).
"""
