"""A rumour, top to bottom.

`questions` are asked by citizens. `readers` says before whom it is put, `reminders` wake them, and
`verification` is what they find out. `answers` tells those who asked.
"""
