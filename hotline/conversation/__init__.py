"""A conversation is written once, as a scene. Here is what scenes yield, how they are replayed, and where
they are kept between two turns.
"""
