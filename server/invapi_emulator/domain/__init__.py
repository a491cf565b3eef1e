"""Pure rules: frozen values in, frozen values out."""
