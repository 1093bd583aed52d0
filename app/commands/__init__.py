"""What `vigie` does, one module per area; each adds its commands to the one command line."""
