"""A reference emulator of HOSTKEY's InvAPI."""

__version__ = "0.2.0"
