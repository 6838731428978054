"""Tables of counts that name nobody."""
