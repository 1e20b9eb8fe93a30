"""The hotline itself: who is who, what was said, and what happens
next. It knows no web framework and no company but in `carriers`."""
