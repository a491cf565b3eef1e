"""Renting servers: invoices, payments, deploys, rents that fall due, cancellations."""
