"""The outside world on one machine: a telephone network, the company
that connects us to it, Telegram, and phones for the browser.

Nothing here is part of the hotline, and nothing leaves this machine.
The hotline believes that it talks to Africa's Talking and Telegram.
"""
