"""How persons are called: transliteration, spellings, given names, patronymics; never who somebody is or speaks."""
