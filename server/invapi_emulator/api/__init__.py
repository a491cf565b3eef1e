"""The wire side of the modules: forms in, envelopes out."""
