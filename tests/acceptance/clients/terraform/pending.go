package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var errNotReady = errors.New("pending deploy not ready")

// ended is the error of a deploy that was cancelled or failed. Waiting longer does not help.
type ended struct{ why string }

func (e *ended) Error() string { return e.why }

// awaited looks for the server of an invoice until there is one, and then once more what its key tells.
// A failure that may pass is waited out; the invoice stays in the state, so that nothing is ordered twice.
func (c *client) awaited(state *kept, want wanted) (*kept, error) {
	if status, err := c.paymentStatus(state.Invoice); err == nil && awaitsPayment(status) {
		if err := c.waitForPayment(state.Invoice); err != nil {
			return state.warned("Waiting for invoice payment", err), nil
		}
	}
	last := errNotReady
	for poll := 0; poll < c.patience; poll++ {
		id, err := c.lookup(state)
		var over *ended
		switch {
		case err == nil:
			state.ID, state.Failed = id, ""
			return c.linked(state, want)
		case errors.As(err, &over):
			state.Failed = over.why
			return state.warned("Deploy cancelled or failed", err), nil
		}
		last = err
		if state.Callback != "" {
			_, _ = c.check(state.Callback) // what it shows on the screen; an answer OK spends the key
		}
		c.pause.sleep(pollInterval, "deploy: poll")
	}
	return state.warned("Deploy still in progress", last), nil
}

// lookup is one round: the key of the invoice, the task of the key, and if that names no server the lists.
func (c *client) lookup(state *kept) (int, error) {
	if state.Callback == "" {
		if id, err := c.keyed(state); id > 0 || err != nil {
			return id, err
		}
	}
	if state.Callback == "" {
		return c.newcomerInList(state)
	}
	answer, err := c.check(state.Callback)
	if err != nil {
		return c.afterRefusal(state, err)
	}
	if _, err := answer.over(); err != nil {
		return 0, err
	}
	if id := answer.server(); id > 0 {
		if state.knows(id) {
			return 0, fmt.Errorf("the key of invoice %d leads to server %d, which was there before", state.Invoice, id)
		}
		return id, nil
	}
	if now, err := c.updateServers(); err == nil && len(now.ids) > 0 {
		return c.newcomer(state, now.ids)
	}
	return c.newcomerInList(state)
}

// keyed notes the key that update_servers tells for the invoice. If it has none, one of its servers may be the one.
func (c *client) keyed(state *kept) (int, error) {
	now, err := c.updateServers()
	if err != nil {
		return 0, nil // the list may do
	}
	state.Callback = now.keys[strconv.Itoa(state.Invoice)]
	if state.Callback != "" || len(now.ids) == 0 {
		return 0, nil
	}
	return c.newcomer(state, now.ids)
}

// afterRefusal tells a deploy that is over from a check that could not be made. The server may be there all the same.
func (c *client) afterRefusal(state *kept, err error) (int, error) {
	gone, over := keyGone(err), error(nil)
	var refused *refusal
	if errors.As(err, &refused) {
		over = refused.endsDeploy()
	}
	if over == nil && !gone {
		return 0, err
	}
	if id, listErr := c.newcomerInList(state); listErr == nil {
		return id, nil
	}
	if gone {
		return 0, &ended{fmt.Sprintf("the key no longer exists: %v", err)}
	}
	return 0, over
}

// keyGone reads the words of a key that is spent, whatever the status they came with.
func keyGone(err error) bool {
	var refused *refusal
	said := strings.ToLower(err.Error())
	return (errors.As(err, &refused) && refused.saysGone()) ||
		(strings.Contains(said, "asynckey") && strings.Contains(said, "not found"))
}

func (c *client) newcomerInList(state *kept) (int, error) {
	ids, err := c.servers()
	if err != nil {
		return 0, err
	}
	return c.newcomer(state, ids)
}

// newcomer finds the server that was not there before the order, by its hostname.
func (c *client) newcomer(state *kept, ids []int) (int, error) {
	found, others := []int{}, []int{}
	for _, id := range ids {
		if state.knows(id) {
			continue
		}
		others = append(others, id)
		answer, err := c.show(id)
		if err == nil && (sameName(answer.hostname(), state.Hostname) || sameName(answer.hostname(), "hostkey"+strconv.Itoa(id))) {
			found = append(found, id)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(others) < 2:
		return 0, errNotReady
	}
	return 0, fmt.Errorf("new servers %v, of which %v match hostname %q", others, found, state.Hostname)
}

func sameName(one, other string) bool {
	return strings.EqualFold(strings.TrimSpace(one), strings.TrimSpace(other))
}
