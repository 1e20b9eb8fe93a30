"""What the hotline says, a folder for each language.
Translators change the `.po` files; installing compiles them."""
