"""Types that several actions of the module `whmcs` answer."""

from typing import Annotated

from pydantic import Field

Money = Annotated[str, Field(pattern=r"^-?\d+\.\d\d$", description="an amount with two decimal places")]
Date = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

BILLING_LOCATION = "whmcs_com"
