package main

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// outcome is a run of two kills with these figures of its two subscriptions.
func outcome(t *testing.T, change func(first, second map[string]float64)) report {
	t.Helper()
	var r report
	require.NoError(t, json.Unmarshal([]byte(`{"groups":[
		{"name":"from-client","kind":"produce","figures":{"sent":5,"acked":5}},
		{"name":"exclusive","kind":"consume","figures":{"received":5,"lost":0,"missing":0,"duplicated":3}},
		{"name":"shared","kind":"consume","figures":{"received":5,"lost":0,"missing":0,"duplicated":3}}],
		"chaos":{"events":[{"number":1,"outcome":"lasted 7.0s"}],"sum":{"events":2}}}`), &r))
	if change != nil {
		change(r.Groups[1].Figures, r.Groups[2].Figures)
	}
	return r
}

func TestJudge(t *testing.T) {
	judged := func(r report) string {
		if err := errors.Join(r.judge(2)...); err != nil {
			return err.Error()
		}
		return ""
	}
	require.Empty(t, judged(outcome(t, nil)))
	require.Contains(t, outcome(t, nil).summary(), "kill   1  lasted 7.0s")
	for want, change := range map[string]func(first, second map[string]float64){
		"exclusive: 1 lost, 0 missing": func(f, _ map[string]float64) { f["lost"] = 1 },
		"shared: 0 lost, 2 missing":    func(_, s map[string]float64) { s["missing"] = 2 },
		"they are not in the topic":    func(_, s map[string]float64) { s["duplicated"] = 4 },
		"only 20000 were in flight":    func(f, s map[string]float64) { f["duplicated"], s["duplicated"] = 20_001, 20_001 },
		"shared has received nothing":  func(_, s map[string]float64) { s["received"] = 0 },
	} {
		require.Contains(t, judged(outcome(t, change)), want)
	}
	r := outcome(t, nil)
	r.Chaos.Sum.NotBack = 1
	require.Contains(t, judged(r), "1 were without recovery")
	require.Contains(t, errors.Join(outcome(t, nil).judge(3)...).Error(), "2 kills of 3")
}
