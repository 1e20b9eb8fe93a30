"""Is everybody awake who has the night?"""
