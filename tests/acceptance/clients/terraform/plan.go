package main

import (
	"errors"
	"fmt"
	"strings"
)

// order has the ids that a plan finds for the names.
type order struct {
	PresetID      int  `json:"preset_id"`
	OSID          int  `json:"os_id"`
	TrafficPlanID int  `json:"traffic_plan_id"`
	SoftID        int  `json:"soft_id"`
	Dedicated     bool `json:"dedicated"`
}

// plan looks every name up before anything is ordered, and reports all that it does not find.
func (c *client) plan(want wanted) (*order, error) {
	found, failed := &order{}, []string{}
	note := func(field string, id *int, err error, got int) {
		if *id = got; err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", field, err))
		}
	}
	preset, err := c.presetOf(want.preset, want.location)
	note("preset_name", &found.PresetID, err, preset.ID)
	found.Dedicated = err == nil && preset.Virtual == 0
	if want.os != "" {
		items, err := c.fitting("os", "os_list", want.location, preset.ID)
		id, err := orElse(err, func() (int, error) { return match(want.os, items) })
		note("os_name", &found.OSID, err, id)
	}
	if want.software != "" {
		items, err := c.fitting("software", "software", want.location, preset.ID)
		id, err := orElse(err, func() (int, error) { return match(want.software, items) })
		note("soft_name", &found.SoftID, err, id)
	}
	if want.traffic != "" {
		plans, err := c.trafficPlans(want.location, preset.ID)
		id, err := orElse(err, func() (int, error) { return matchPlan(want.traffic, plans) })
		note("traffic_plan_name", &found.TrafficPlanID, err, id)
	}
	if len(failed) > 0 {
		return nil, errors.New("Catalog name resolve failed: " + strings.Join(failed, "; "))
	}
	return found, nil
}

func orElse(err error, next func() (int, error)) (int, error) {
	if err != nil {
		return 0, err
	}
	return next()
}

// presetOf finds a preset at a location. Of one that is elsewhere it says where.
func (c *client) presetOf(name, location string) (preset, error) {
	here, err := c.presets(location)
	if err != nil {
		return preset{}, err
	}
	id, err := match(name, names(here))
	for _, one := range here {
		if err == nil && one.ID == id {
			if one.Active == 0 {
				return preset{}, fmt.Errorf("preset %q (id %d) is inactive in location %s", name, id, location)
			}
			return one, nil
		}
	}
	everywhere, listErr := c.presets("")
	if listErr != nil {
		return preset{}, err
	}
	for _, one := range everywhere {
		if strings.EqualFold(one.Name, name) {
			return preset{}, fmt.Errorf("%w in location %s (catalog lists it for %s)", err, location, one.Locations)
		}
	}
	return preset{}, err
}

func names(presets []preset) []named {
	items := []named{}
	for _, one := range presets {
		items = append(items, one.named)
	}
	return items
}
