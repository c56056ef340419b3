"""Practice participants made from a criteria version: made-up people at the limits of its statements.

Pure, and the same for the same seed. `rounds.Practice` is the way in; a `Case` is one participant with a
chart, the statements that are asked, the right answers and the right outcome. What is right is never written
here: statements are decided by `screening.deciding`, outcomes by `screening.logic`.
"""
