package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// unpaid is the error of an invoice that is not paid in time.
type unpaid struct {
	invoice int
	status  string
}

func (u *unpaid) Error() string {
	return fmt.Sprintf("WHMCS invoice %d is unpaid (status %q)", u.invoice, u.status)
}

// awaitsPayment reports the statuses of an order whose deploy waits for money. `Pending` is a deploy under way.
func awaitsPayment(status string) bool {
	said := strings.ToLower(strings.TrimSpace(status))
	switch said {
	case "unpaid", "not paid", "notpaid", "unpaid invoice":
		return true
	}
	for _, words := range []string{"awaiting payment", "waiting for payment", "payment pending", "pending payment"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}

// waitForPayment asks for the invoice's status until it is known and no longer asks for money.
func (c *client) waitForPayment(invoice int) error {
	last := ""
	for poll := 0; poll < c.patience; poll++ {
		status, err := c.paymentStatus(invoice)
		if err == nil && status != "" && !awaitsPayment(status) {
			return nil
		}
		if last = status; err != nil {
			last = err.Error()
		}
		c.pause.sleep(pollInterval, "payment: poll")
	}
	return &unpaid{invoice, last}
}

// paymentStatus looks for the invoice in the list of all, and asks for it alone where the list does not have it.
func (c *client) paymentStatus(invoice int) (string, error) {
	body, err := c.ask("whmcs", url.Values{"action": {"get_invoices"}}, true)
	if err != nil {
		return "", err
	}
	var list struct {
		Result   string `json:"result"`
		Invoices struct {
			Rows []struct {
				ID     int    `json:"id"`
				Status string `json:"status"`
			} `json:"invoice"`
		} `json:"invoices"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return "", fmt.Errorf("whmcs/get_invoices decode: %w", err)
	}
	for _, row := range list.Invoices.Rows {
		if row.ID == invoice {
			return strings.TrimSpace(row.Status), nil
		}
	}
	return c.statusOf(invoice)
}

func (c *client) statusOf(invoice int) (string, error) {
	form := url.Values{"action": {"get_invoice"}, "invoice_id": {strconv.Itoa(invoice)}}
	body, err := c.ask("whmcs", form, true)
	if err != nil {
		return "", err
	}
	var answer struct {
		Status string `json:"status"`
	}
	return answer.Status, json.Unmarshal(body, &answer)
}
