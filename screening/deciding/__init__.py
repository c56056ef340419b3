"""Deciding typed statements from a participant's facts: pure, exact, and never from silence.

`proposal.propose` is the way in; the other modules are what it is made of.
"""
