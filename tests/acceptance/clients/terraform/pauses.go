package main

import (
	"fmt"
	"math/rand"
	"net/http"
	"strconv"
	"time"
)

const (
	longestAfter   = 30 * time.Second
	longestBackoff = 8 * time.Second
)

// pauses waits like the provider, for a fraction of the time if a test says so, and records why.
type pauses struct {
	share float64
	made  []string
}

func share(said string) float64 {
	if part, err := strconv.ParseFloat(said, 64); err == nil {
		return part
	}
	return 1
}

// patience reads a number of polls: as many as fit into 90 minutes, unless a configuration has another timeout.
func patience(said string) int {
	if polls, err := strconv.Atoi(said); err == nil {
		return polls
	}
	return int(90 * time.Minute / pollInterval)
}

// before waits for the next try: as long as the server asks, or longer each time, randomly between half and whole.
func (p *pauses) before(attempt int, asked time.Duration) {
	wait, why := asked, fmt.Sprintf("Retry-After %s", asked)
	if asked == 0 {
		most := 300 * time.Millisecond << attempt
		if most > longestBackoff {
			most = longestBackoff
		}
		wait, why = most/2+time.Duration(rand.Int63n(int64(most/2))), fmt.Sprintf("backoff up to %s", most)
	}
	p.sleep(wait, why)
}

func (p *pauses) sleep(wait time.Duration, why string) {
	p.made = append(p.made, why)
	time.Sleep(time.Duration(float64(wait) * p.share))
}

// retryAfter reads the header, which is seconds or a date.
func retryAfter(header string) time.Duration {
	wait := time.Duration(0)
	if seconds, err := strconv.Atoi(header); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(header); err == nil {
		wait = time.Until(at)
	}
	switch {
	case wait < 0:
		return 0
	case wait > longestAfter:
		return longestAfter
	}
	return wait
}
