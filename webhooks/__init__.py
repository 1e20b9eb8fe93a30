"""The public door: what carriers bring is checked here and handed on. It holds no rules of its own."""
