"""What runs by itself: tasks and the workers that do them,
deliveries, receipts, the clock, the auditor, the supervisor.
"""
