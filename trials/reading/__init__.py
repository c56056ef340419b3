"""Reading the record of one trial: its page, what each part says in words, its sites, history and kin."""
