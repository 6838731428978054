"""What intake decides, without reading or writing anything."""
