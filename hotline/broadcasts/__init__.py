"""A calm message, top to bottom.

`drafting` writes it, `content` says what must not be in it, `approval` asks other hands by the
`approval_policy`, `actions` is the table of who may do what now. `rollout` lets it cool and lists its
`recipients`, `batches` sends it, and the `ledger` knows where each copy is.
"""
