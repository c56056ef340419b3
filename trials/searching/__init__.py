"""Searching the catalogue: a local full-text index of every trial, rebuilt from the database whenever needed.

`engine` answers, `wanted` says what may be asked, `results` what comes back. The index is a cache: it is
written by `catching_up` alone and holds nothing that is not public.
"""
