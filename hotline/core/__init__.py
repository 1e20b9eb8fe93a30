"""Ground that knows nothing of a hotline: errors, database,
encryption, languages, the SMS alphabet, CSV files, Redis.
"""
