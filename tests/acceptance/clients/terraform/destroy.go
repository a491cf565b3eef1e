package main

import (
	"net/url"
	"strconv"
)

const cancelReason = "Cancelled via Terraform"

// destroy asks for the cancellation, then waits until the server is no longer rented. Without a type, which is
// 0 or 1 in a configuration, the API decides when it goes.
func (c *client) destroy(id int, kinds []string) (string, error) {
	form := url.Values{
		"action": {"request_cancellation"}, "id": {strconv.Itoa(id)}, "cancellation_reason": {cancelReason},
	}
	if len(kinds) > 0 {
		form.Set("cancellation_type", kinds[0])
	}
	if _, err := c.ask("whmcs", form, true); err != nil {
		return "", err
	}
	for poll := 0; poll < c.patience; poll++ {
		answer, err := c.show(id)
		if err != nil {
			return "gone", nil
		}
		if status := answer.status(); status != "" && !sameName(status, "rent") {
			return status, nil
		}
		c.pause.sleep(pollInterval, "rent: poll")
	}
	return "still rented", nil
}
