package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

//go:embed survive.pulsh
var load []byte

// report is the part of pulsh's JSON that is judged.
type report struct {
	Groups []struct {
		Name     string             `json:"name"`
		Kind     string             `json:"kind"`
		Engine   string             `json:"engine"`
		Settings map[string]string  `json:"settings"`
		Figures  map[string]float64 `json:"figures"`
	} `json:"groups"`
	Chaos struct {
		Events []struct {
			Number  int    `json:"number"`
			Outcome string `json:"outcome"`
			Failure string `json:"failure"`
		} `json:"events"`
		Sum struct {
			Events  int    `json:"events"`
			NotBack int    `json:"without_recovery"`
			Failed  int    `json:"failed"`
			Outcome string `json:"outcome"`
		} `json:"sum"`
	} `json:"chaos"`
}

func readReport(path string) (r report, err error) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	return r, err
}

// pendingDefault is the default of messages in flight in a group, which bounds what is
// sent again after one kill.
const pendingDefault = 10_000

// summary returns a line for each kill and each group, and the sum.
func (r report) summary() string {
	var b strings.Builder
	for _, e := range r.Chaos.Events {
		fmt.Fprintf(&b, "kill %3d  %s\n", e.Number, e.Outcome)
	}
	for _, g := range r.Groups {
		f := g.Figures
		if g.Kind == "produce" {
			fmt.Fprintf(&b, "%-11s %-6s  %.0f sent, %.0f acked, %.0f failed\n", g.Name, g.Engine, f["sent"], f["acked"], f["failed"])
			continue
		}
		fmt.Fprintf(&b, "%-11s %-6s  %.0f received, %.0f lost, %.0f missing, %.0f duplicated, %.0f redelivered\n",
			g.Name, g.Engine, f["received"], f["lost"], f["missing"], f["duplicated"], f["redelivered"])
	}
	fmt.Fprintf(&b, "sum       %s\n", r.Chaos.Sum.Outcome)
	return b.String()
}

// judge returns what is wrong with the run.
func (r report) judge(kills int) (faults []error) {
	wrong := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	sum := r.Chaos.Sum
	if sum.Events != kills || sum.Failed > 0 || sum.NotBack > 0 {
		wrong("%d kills of %d, of which %d failed and %d were without recovery", sum.Events, kills, sum.Failed, sum.NotBack)
	}
	inFlight, duplicated, first := 0, -1.0, ""
	for _, g := range r.Groups {
		if g.Kind == "produce" {
			inFlight += pendingDefault
		}
	}
	for _, g := range r.Groups {
		if g.Kind != "consume" {
			continue
		}
		f := g.Figures
		if f["received"] == 0 {
			wrong("%s has received nothing", g.Name)
		}
		if f["lost"] > 0 || f["missing"] > 0 {
			wrong("%s: %.0f lost, %.0f missing", g.Name, f["lost"], f["missing"])
		}
		if most := float64(kills * inFlight); f["duplicated"] > most {
			wrong("%s: %.0f duplicated, and only %.0f were in flight at the kills", g.Name, f["duplicated"], most)
		}
		if duplicated >= 0 && f["duplicated"] != duplicated {
			wrong("%s: %.0f duplicated and %s %.0f: they are not in the topic", g.Name, f["duplicated"], first, duplicated)
		}
		duplicated, first = f["duplicated"], g.Name
	}
	return faults
}
