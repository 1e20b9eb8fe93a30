"""A report, top to bottom.

`reporting` makes a case of it. `matching` finds whose it is, `conflicts` says who may never see it, and
`assignment` puts it before the next in the `escalation_policy` as a `dispatch`. `responses` are what liaisons
do with it; `escalation` and `lapses` go on where they do nothing. `promises` are the times that the citizen
was told, `followups` ask whether help came, and `verdicts` are the answer.
"""
