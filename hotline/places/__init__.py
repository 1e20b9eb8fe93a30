"""Areas within areas: what they are called, where they are, and
how they are loaded. Countries, with their emergency numbers.
"""
