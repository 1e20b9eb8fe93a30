"""What citizens read: they ask for news of a place, confirm
it, read what was sent, and ask whether a message is ours.
"""
