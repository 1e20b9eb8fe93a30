"""Every conversation, written once. Words only: no database, no phone, no network."""
