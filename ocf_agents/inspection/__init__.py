"""Looking at one resource: what its agent says of it now, and who would be promoted."""
