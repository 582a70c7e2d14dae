"""How a firm's person comes in, and who may."""
