"""The HTTP face: the pages behind the links of a message, and a preview of every text."""
