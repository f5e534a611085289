"""How fast the layers are, beside Keras and PyTorch."""
