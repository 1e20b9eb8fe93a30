"""Ground that knows nothing of a hotline: errors, database,
encryption, values as JSON, languages, the SMS alphabet, CSV files, Redis.
"""
