"""Opening, migrating and locking the files that the rooms above own."""
