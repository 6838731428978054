"""What lies outside the database: evidence files on disk, spreadsheets that people send."""
