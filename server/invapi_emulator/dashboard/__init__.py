"""The page: what the control API knows, for people to look at and to press buttons on."""
