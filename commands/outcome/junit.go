package outcome

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The elements of JUnit's XML that Jenkins, GitLab and GitHub read.
type (
	suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Errors   int      `xml:"errors,attr"`
		Time     string   `xml:"time,attr"`
		Suite    suite    `xml:"testsuite"`
	}
	suite struct {
		Name       string     `xml:"name,attr"`
		Tests      int        `xml:"tests,attr"`
		Failures   int        `xml:"failures,attr"`
		Errors     int        `xml:"errors,attr"`
		Skipped    int        `xml:"skipped,attr"`
		Time       string     `xml:"time,attr"`
		Timestamp  string     `xml:"timestamp,attr"`
		Properties []property `xml:"properties>property"`
		Cases      []testcase `xml:"testcase"`
	}
	property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	testcase struct {
		Name    string   `xml:"name,attr"`
		Class   string   `xml:"classname,attr"`
		Time    string   `xml:"time,attr"`
		Failure *problem `xml:"failure,omitempty"`
		Error   *problem `xml:"error,omitempty"`
		Out     string   `xml:"system-out,omitempty"`
	}
	problem struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
)

// JUnit writes the run as a test suite. Cases are the expectations, the guards, the schedules of
// producer groups, and the lines that failed for other reasons.
func JUnit(w io.Writer, r Run) error {
	s := suite{Name: strings.Join(r.Scripts, " "), Time: seconds(r.Elapsed), Timestamp: r.Report.Start.UTC().Format("2006-01-02T15:04:05")}
	if s.Name == "" {
		s.Name = "pulsh"
	}
	s.Properties = properties(r)
	s.Cases = slices.Concat(s.expectations(r), s.schedules(r), s.chaos(r), s.errors(r))
	for _, c := range s.Cases {
		s.Tests++
		if c.Failure != nil {
			s.Failures++
		}
		if c.Error != nil {
			s.Errors++
		}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(suites{Name: "pulsh", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Time: s.Time, Suite: s}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func properties(r Run) []property {
	all := []property{{"pulsh", r.Report.Environment.Pulsh}, {"result", r.result()}, {"exit_code", strconv.Itoa(r.ExitCode)},
		{"cluster", r.Report.Cluster.URL}, {"pulsar", r.Report.Cluster.Pulsar}}
	for _, one := range r.Report.Clusters {
		all = append(all, property{"cluster." + one.Label, one.URL})
	}
	if r.Report.Chaos != nil {
		all = append(all, property{"chaos", r.Report.Chaos.Sum.Outcome})
	}
	for _, v := range r.Variables {
		all = append(all, property{"variable." + v.Name, plainValue(v.Name, v.Value)})
	}
	return all
}

func (s *suite) expectations(r Run) (out []testcase) {
	for _, c := range r.Report.Checks {
		t := testcase{Name: c.Condition, Class: s.Name, Time: secondsText(c.ElapsedSeconds), Out: c.Measured}
		if c.Place != "" {
			t.Name = c.Place + " " + t.Name
			t.Class, _, _ = strings.Cut(c.Place, ":")
		}
		if c.Turn != "" {
			t.Name += " [" + c.Turn + "]"
		}
		if c.Failure != "" {
			t.Failure = &problem{c.Failure, cmp.Or(c.Kind, "expect"), c.Failure}
		}
		out = append(out, t)
	}
	return out
}

func (s *suite) schedules(r Run) (out []testcase) {
	if r.BehindAllowed {
		return nil
	}
	for _, x := range r.Schedules {
		t := testcase{Name: x.Group + " keeps its schedule", Class: s.Name, Time: seconds(0), Out: x.String()}
		if x.Behind {
			t.Failure = &problem{x.String(), "schedule", x.String()}
		}
		out = append(out, t)
	}
	return out
}

// chaos returns a case for each fault that was caused. None of them fails: expectations
// judge a run.
func (s *suite) chaos(r Run) (out []testcase) {
	if r.Report.Chaos == nil {
		return nil
	}
	for _, e := range r.Report.Chaos.Events {
		out = append(out, testcase{Name: fmt.Sprintf("chaos %d %s", e.Number, e.Name), Class: s.Name, Time: secondsText(e.Lasted), Out: e.Outcome})
	}
	return out
}

func (s *suite) errors(r Run) (out []testcase) {
	add := func(name, kind, message string) {
		out = append(out, testcase{Name: name, Class: s.Name, Time: seconds(0), Error: &problem{message, kind, message}})
	}
	if r.Refused != "" {
		add("connect", "unconnected", r.Refused)
	}
	for _, l := range r.failedLines() {
		add(strings.TrimSpace(l.Place+" "+l.Text), "command", l.Failure)
	}
	if r.result() == "interrupted" {
		add("run to the end", "interrupted", fmt.Sprintf("interrupted after %s s", seconds(r.Elapsed)))
	}
	return out
}

// seconds returns a duration as JUnit writes it.
func seconds(d time.Duration) string { return secondsText(d.Seconds()) }

func secondsText(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
