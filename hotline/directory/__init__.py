"""Who is who: people and their addresses, bodies, liaisons
and their shifts, what is reported, who wants news.
"""
