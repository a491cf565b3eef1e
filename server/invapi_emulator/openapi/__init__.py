"""`/openapi.json`: the modules of the imitated API and the control API, described as they are."""
