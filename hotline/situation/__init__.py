"""How well the service answers."""
