"""The public door: what carriers bring, checked at the threshold and handed on. It holds no rules of its own."""
