package frames

import (
	"time"

	"pulsh/graphs"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// clusterMax is the largest width of the name of a cluster.
const clusterMax = 24

// clusterGrade grades the connection: doubtful while the cluster has been away for
// less than the limit dead, bad afterwards.
func (f *Frames) clusterGrade(c snapshot.Cluster, now time.Time) spec.Grade {
	switch {
	case c.State == snapshot.Up:
		return spec.Good
	case c.State == snapshot.Reconnecting && now.Sub(c.Since) < f.limits.Dead:
		return spec.Doubtful
	}
	return spec.Bad
}

// clusterSign returns the sign for the state of the connection.
func (f *Frames) clusterSign(c snapshot.Cluster, now time.Time) sign {
	grade := f.clusterGrade(c, now)
	style := f.gradeStyle(grade)
	switch {
	case grade == spec.Good:
		return f.sign("●", "*", style)
	case grade == spec.Doubtful:
		return f.sign("◌", "~", style)
	case c.State == snapshot.Reconnecting:
		return f.sign("×", "x", style)
	}
	return f.sign("○", "o", style)
}

// clusterCells returns the name of the cluster. While the cluster does not answer
// they also tell since when, why, and the number of attempts to reconnect.
func (f *Frames) clusterCells(c snapshot.Cluster, now time.Time) []graphs.Cell {
	grade := f.clusterGrade(c, now)
	style := f.gradeStyle(grade)
	name := graphs.Cell{Text: graphs.Cut(c.Name, clusterMax), Priority: always - 1, Tight: true}
	switch c.State {
	case snapshot.Up:
		return []graphs.Cell{name}
	case snapshot.Reconnecting:
	default:
		return []graphs.Cell{{Text: string(snapshot.Unconnected), Priority: always - 1, Tight: true, Style: style}}
	}
	name.Style = style
	word := "reconnecting"
	if grade == spec.Bad {
		word = "dead"
	}
	away := word + " " + graphs.Elapsed(max(now.Sub(c.Since), 0))
	tried := graphs.Plural(c.Tries, "attempt") + ", every " + snapshot.ProbeEvery.String()
	return []graphs.Cell{
		name,
		{Text: away, Width: len(word) + 1 + graphs.ElapsedWidth, Priority: always - 2, Tight: true, Style: style},
		{Text: c.Why, Priority: trouble, Style: style},
		{Text: tried, Width: len("99 attempts, every 1s"), Priority: size - 1, Style: f.palette.Faint},
	}
}

// addedCells returns a sign and the name of each cluster that was added. They tell since
// when one does not answer.
func (f *Frames) addedCells(list []snapshot.Cluster, now time.Time) (cells []graphs.Cell) {
	for _, c := range list {
		name := graphs.Cell{Text: graphs.Cut(c.Label, clusterMax), Priority: tail + 1, Tight: true}
		sign := f.clusterSign(c, now).cell(false)
		if broker.IsEmbedded(c.Version) {
			name.Text += " embedded"
		}
		if c.State != snapshot.Up {
			name.Style, name.Priority = f.gradeStyle(f.clusterGrade(c, now)), always-3
			name.Text += " away " + graphs.Elapsed(max(now.Sub(c.Since), 0))
		}
		sign.Priority = name.Priority
		cells = append(cells, sign, name)
	}
	return cells
}
