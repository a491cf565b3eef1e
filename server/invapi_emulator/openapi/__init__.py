"""`/openapi.json`: the description of the imitated API's modules and of the control API."""
