"""How each order becomes entries: one pure function each, from the order and what is known to drafts, or a refusal."""
