"""What changes, and by whose word: systems, changes and their approval, emergencies, maintenance and patches."""
