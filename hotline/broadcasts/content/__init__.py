"""What a message of ours must not say.

`rules` are the whole of it, and look through an `annotated_text`. `accusations`, `contact_details` and
`figures` are what some of them look for; the `lexicon` holds the words never to be said, a file a language.
"""
