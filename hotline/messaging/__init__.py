"""One text to one person: written, leased, handed to its carrier, and what the carrier says of it later."""
