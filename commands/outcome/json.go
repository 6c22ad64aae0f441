package outcome

import (
	"context"
	"io"

	"pulsh/session/export"
	"pulsh/session/secret"
)

// JSON writes the run as the document of export, with its part run.
func JSON(w io.Writer, r Run) error {
	report := *r.Report
	report.Run = r.part()
	return export.Write(context.Background(), w, &report, export.JSON, func(float64) {})
}

// part returns the part of the document that describes the run.
func (r Run) part() *export.Run {
	part := &export.Run{Result: r.result(), ExitCode: r.ExitCode, ElapsedSeconds: r.Elapsed.Seconds(), Refused: r.Refused,
		Scripts: append([]string{}, r.Scripts...), BehindAllowed: r.BehindAllowed, Schedules: []export.Schedule{}}
	for _, v := range r.Variables {
		part.Variables = append(part.Variables, export.Entry[string]{Name: v.Name, Value: plainValue(v.Name, v.Value)})
	}
	for _, v := range r.Results {
		part.Results = append(part.Results, export.Result{Name: v.Name, Value: v.Value, Place: v.Origin})
	}
	for _, c := range r.Report.Checks {
		if c.Passed {
			part.ChecksPassed++
		} else {
			part.ChecksFailed++
		}
	}
	for _, s := range r.Schedules {
		part.Schedules = append(part.Schedules, export.Schedule{Group: s.Group, Due: s.Due, Acked: s.Acked, Missed: s.Missed, Behind: s.Behind})
	}
	return part
}

// plainValue returns the value of a variable, or secret.Hidden for a secret.
func plainValue(name, value string) string {
	if secret.In(name + "=" + value) {
		return secret.Hidden
	}
	return value
}
