"""Who acts, which roles and tokens there are, and who may do what."""
