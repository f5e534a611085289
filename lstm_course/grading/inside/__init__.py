"""What goes into the sandbox: what runs a notebook there, and what stands there in place of the checks."""
