"""The pages, in rail order. A page that is not built yet is not here, and so not in the rail."""
