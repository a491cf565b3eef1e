"""Named starting worlds, and the accounts that live in them."""
