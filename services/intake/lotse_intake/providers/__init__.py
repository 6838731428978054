"""What intake reaches outside its database: keys, files, other programs, other services."""
