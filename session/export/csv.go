package export

import (
	"bufio"
	"context"
	"encoding/csv"
	"io"
	"time"
)

// timeLayout is RFC 3339 with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// Header returns the first row of a CSV file: time, group, kind and the columns.
func Header(columns []Column) []string {
	row := []string{"time", "group", "kind"}
	for _, c := range columns {
		row = append(row, c.Name)
	}
	return row
}

// Record is one sample of one group.
type Record struct {
	At    time.Time
	Group string
	Kind  string
	// Cluster is the label of the group's cluster; "" is left out.
	Cluster string
	Values  Table[Number] // by column; unknown values may be missing
}

// Row returns the record as a row of a CSV file.
func (r Record) Row(columns []Column) []string {
	row := []string{r.At.Format(timeLayout), r.Group, r.Kind}
	for _, c := range columns {
		cell := ""
		if v, ok := r.Values.Get(c.Name); ok && v.Known() {
			cell = v.text()
		}
		row = append(row, cell)
	}
	return row
}

// MarshalJSON returns the record as an object with time, group, kind and the known
// values.
func (r Record) MarshalJSON() ([]byte, error) {
	all := Table[any]{{"time", r.At.Format(timeLayout)}, {"group", r.Group}, {"kind", r.Kind}}
	if r.Cluster != "" {
		all = append(all, Entry[any]{"cluster", r.Cluster})
	}
	for _, v := range r.Values {
		if v.Value.Known() {
			all = append(all, Entry[any]{v.Name, v.Value})
		}
	}
	return all.MarshalJSON()
}

// tellEvery is the number of samples between two reports of progress. A long file
// reports a few times a second.
const tellEvery = 1000

// writeCSV writes a row for each sample and group, oldest first, and at the end a
// row with the figures of each group at the report's end. A group has no row for a
// sample without a known value.
//
// The last row is needed because a stopped group has no samples after its stop,
// while the answers to its last messages still arrive.
//
// Where there are several clusters, the last column is that of the group.
func (r *Report) writeCSV(ctx context.Context, w io.Writer, told func(part float64)) error {
	buffered := bufio.NewWriter(w)
	out := csv.NewWriter(buffered)
	groups, several := r.all(), len(r.Clusters) > 0
	on := func(row []string, g Group) []string {
		if !several {
			return row
		}
		return append(row[:3+len(r.Columns)], g.Cluster)
	}
	if err := out.Write(on(Header(r.Columns), Group{Cluster: "cluster"})); err != nil {
		return err
	}
	series := make([][][]Number, len(groups))
	for i, g := range groups {
		series[i] = make([][]Number, len(r.Columns))
		for j, c := range r.Columns {
			series[i][j], _ = g.Series.Get(c.Name)
		}
	}
	row := make([]string, 3+len(r.Columns))
	for at := range r.Samples.Count {
		if err := ctx.Err(); err != nil {
			return err
		}
		if at%tellEvery == 0 {
			told(float64(at) / float64(r.Samples.Count))
		}
		row[0] = r.Samples.At(at).Format(timeLayout)
		for i, g := range groups {
			row[1], row[2] = g.Name, g.Kind
			known := false
			for j, values := range series[i] {
				row[3+j] = ""
				if at < len(values) && values[at].Known() {
					row[3+j], known = values[at].text(), true
				}
			}
			if !known {
				continue
			}
			if err := out.Write(on(row, g)); err != nil {
				return err
			}
		}
	}
	for _, g := range groups {
		if err := out.Write(on(Record{At: r.End, Group: g.Name, Kind: g.Kind, Values: g.Figures}.Row(r.Columns), g)); err != nil {
			return err
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return buffered.Flush()
}
