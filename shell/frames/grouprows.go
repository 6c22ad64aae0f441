package frames

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"pulsh/graphs"
	"pulsh/session/metrics"
	"pulsh/session/snapshot"
)

// The columns of the rows of groups, in order. A column without a text in any row
// has no width.
const (
	nameColumn = iota
	signColumn
	clusterColumn   // where groups are on several clusters
	stateColumn     // wide only
	workersColumn   // 8w, wide 8 workers
	producersColumn // wide only: Pulsar producers, or the type of subscription
	rateColumn
	shareColumn // wide only: of the target
	bytesColumn
	batchColumn // wide only
	p50Column
	p99Column
	p999Column    // wide only
	insideColumn  // wide only: lag, or processing
	troubleColumn // the worst of lost, duplicated, redelivered, skipped
	limitColumn   // wide only: the cause of a rate below the target
	outcomeColumn // failed, or the backlog
	drainColumn   // after a seek, or until a group ends
	columnCount
)

type groupRow [columnCount]graphs.Cell

// The widths of columns whose texts this file builds.
const (
	nameMin      = 4
	nameNarrow   = 12 // on a narrow screen a longer name is cut
	nameWide     = 24
	wordWidth    = 8  // starting
	rateWidth    = 13 // 50.0k/50.0k/s
	labelWidth   = 3  // p99
	limitMax     = 32 // the queue is full: 1000 pending
	countedWidth = 13 // 8.20M skipped
)

// groupRows draws the rows of groups, which share their columns.
type groupRows struct {
	*Frames
	wide      bool
	width     int
	nameWidth int
	clusters  int // width of the names of the clusters, 0 for one cluster
}

// newGroupRows returns groupRows with names as wide as the longest name of any group,
// shown or not.
func newGroupRows(f *Frames, groups []snapshot.Group, width int) groupRows {
	r := groupRows{Frames: f, wide: width >= wide, width: width, nameWidth: nameMin}
	most := nameNarrow
	if r.wide {
		most = nameWide
	}
	for _, g := range groups {
		r.nameWidth = max(r.nameWidth, min(graphs.Width(g.Name), most))
		r.clusters = max(r.clusters, min(graphs.Width(g.Cluster), nameNarrow))
	}
	if !slices.ContainsFunc(groups, snapshot.Group.Elsewhere) {
		r.clusters = 0
	}
	return r
}

// draw returns one row for each group.
func (r groupRows) draw(groups []snapshot.Group) []string {
	cells := make([][]graphs.Cell, len(groups))
	for i, g := range groups {
		row := r.row(g)
		cells[i] = row[:]
	}
	lines := graphs.Rows(r.width, cells)
	for i, g := range groups {
		if g.State == snapshot.Failed && g.LastError != "" {
			lines[i] = r.failed(g)
		}
	}
	return lines
}

// failed returns the row of a failed group, with its error in the place of figures.
func (r groupRows) failed(g snapshot.Group) string {
	row := r.row(g)
	left := r.width - r.nameWidth - len("  x failed: ")
	text := "failed: " + graphs.Cut(g.LastError, left)
	return graphs.Row(r.width, []graphs.Cell{row[nameColumn], row[signColumn],
		{Text: text, Priority: always, Tight: true, Style: r.palette.Red}})
}

// row returns the cells of a group.
func (r groupRows) row(g snapshot.Group) groupRow {
	var row groupRow
	row[nameColumn] = graphs.Cell{Text: graphs.Cut(g.Name, r.nameWidth), Width: r.nameWidth, Style: r.palette.Bold}
	sign := r.groupSign(g.State, r.health[g.Cluster])
	row[signColumn] = sign.cell(true)
	if r.clusters > 0 {
		row[clusterColumn] = graphs.Cell{Text: graphs.Cut(g.Cluster, r.clusters), Width: r.clusters, Priority: tail + 1, Tight: true}
	}
	row[workersColumn] = graphs.Cell{Text: fmt.Sprintf("%dw", g.Workers), Width: len("99w"),
		Align: graphs.AlignRight, Priority: size, Tight: true}
	if r.wide {
		row[stateColumn] = graphs.Cell{Text: string(g.State), Width: wordWidth, Priority: always, Tight: true, Style: sign.style}
		row[workersColumn].Text, row[workersColumn].Width = graphs.Plural(g.Workers, "worker"), len("10 workers")
		row[workersColumn].Tight = false
	}
	switch {
	case g.Producer != nil:
		r.producer(&row, g)
	case g.Consumer != nil:
		r.consumer(&row, g)
	}
	if !measured(g.State) || g.State != snapshot.Running && !r.wide {
		row[rateColumn] = graphs.Cell{}
		if !r.wide {
			row[rateColumn] = graphs.Cell{Text: string(g.State), Priority: always, Style: sign.style}
		}
	}
	row[rateColumn].Width = rateWidth
	return row
}

// producer fills in the figures of a producer group.
func (r groupRows) producer(row *groupRow, g snapshot.Group) {
	p, live := g.Producer, measured(g.State)
	row[rateColumn] = graphs.Cell{Text: rateText(p), Priority: always}
	if p.Target > 0 && !p.Target.IsMax() && g.State == snapshot.Running {
		row[rateColumn].Style = r.rateStyle(p.Rate, p.Expected())
	}
	if live {
		row[bytesColumn] = bytesCell(p.BytesPerSecond)
		row[p50Column] = latencyCell("p50", p.Latency.Recent, p.Latency.Recent.P50, median)
		row[p99Column] = r.tailCell(p.Latency.Recent)
	}
	if g.State != snapshot.Ready {
		row[outcomeColumn] = r.failedCell(p.Failed)
	}
	switch {
	case p.Unknown > 0:
		row[troubleColumn] = counted(p.Unknown, "unknown", trouble, r.palette.Yellow)
	case p.Missed > 0:
		row[troubleColumn] = counted(p.Missed, "skipped", trouble, r.palette.Yellow)
	}
	r.ending(row, g)
	if !r.wide || !live {
		return
	}
	row[producersColumn] = right(graphs.Plural(p.Producers, "producer"), len("16 producers"), seldom)
	if p.Target > 0 && !p.Target.IsMax() {
		row[shareColumn] = right(shareText(p.Rate/p.Expected()), len("100.0%"), extra)
	}
	row[batchColumn] = right(graphs.Three(p.MessagesPerBatch)+"/batch", graphs.ThreeWidth+len("/batch"), extra)
	row[limitColumn] = graphs.Cell{Text: graphs.Cut(p.Limit, limitMax), Style: r.palette.Yellow, Priority: seldom - 1}
	row[p999Column] = latencyCell("p99.9", p.Latency.Recent, p.Latency.Recent.P999, median)
	row[insideColumn] = latencyCell("lag", p.Lag.Recent, p.Lag.Recent.P50, speed)
}

// consumer fills in the figures of a consumer group.
func (r groupRows) consumer(row *groupRow, g snapshot.Group) {
	c, live := g.Consumer, measured(g.State)
	row[rateColumn] = graphs.Cell{Text: graphs.Right(graphs.Three(c.Rate), graphs.ThreeWidth) + "/s", Priority: always}
	if live {
		row[bytesColumn] = bytesCell(c.BytesPerSecond)
		row[p50Column] = latencyCell("e2e p50", c.E2E.Recent, c.E2E.Recent.P50, median)
		row[p99Column] = r.tailCell(c.E2E.Recent)
	}
	if g.State != snapshot.Ready {
		row[outcomeColumn] = r.backlogCell(c.Backlog)
	}
	row[troubleColumn] = r.deliveryCell(c)
	r.ending(row, g)
	if c.Drain != nil {
		row[drainColumn] = right("", graphs.ElapsedWidth+len(" left"), progress)
		if c.Drain.ETA > 0 {
			row[drainColumn].Text = graphs.Elapsed(c.Drain.ETA) + " left"
		}
		row[drainColumn].Edge = true
	}
	if !r.wide || !live {
		return
	}
	row[producersColumn] = graphs.Cell{Text: c.Type, Width: len("16 producers"), Priority: seldom}
	row[p999Column] = latencyCell("p99.9", c.E2E.Recent, c.E2E.Recent.P999, median)
	row[insideColumn] = latencyCell("processing", c.Processing.Recent, c.Processing.Recent.P50, speed)
}

// ending fills in how far a group is that stops by itself.
func (r groupRows) ending(row *groupRow, g snapshot.Group) {
	if share, ok := g.Ending.Share(); ok && g.State.Active() {
		row[drainColumn] = right(graphs.PercentTight(100*share, 0)+" done", len("100% done"), progress)
		row[drainColumn].Edge = true
	}
}

// deliveryCell returns the worst fault of the delivery, blank if there is none.
func (r groupRows) deliveryCell(c *snapshot.Consumer) graphs.Cell {
	l := c.Delivery
	switch {
	case !c.Judged():
		cell := right("lost "+graphs.NoValue, countedWidth, trouble)
		cell.Style = r.palette.Yellow
		return cell
	case l.Lost > 0:
		return counted(int64(l.Lost), "lost", trouble, r.palette.Red)
	case l.Duplicated > 0:
		return counted(int64(l.Duplicated), "dup", trouble, r.palette.Red)
	case c.AckFailed > 0:
		return counted(c.AckFailed, "unacked", trouble, r.palette.Yellow)
	case l.Redelivered > 0:
		return counted(int64(l.Redelivered), "redelivered", repeat, r.palette.Yellow)
	}
	return graphs.Cell{}
}

// counted returns the cell of a count with its name.
func counted(n int64, name string, priority int, style graphs.Style) graphs.Cell {
	c := right(figure(n)+" "+name, countedWidth, priority)
	c.Style = style
	return c
}

// failedCell returns the number of failed messages, at the right edge.
func (f *Frames) failedCell(n int64) graphs.Cell {
	c := counted(n, "failed", outcome, f.palette.Faint)
	if n > 0 {
		c.Style, c.Priority = f.palette.Red, trouble
	}
	c.Edge = true
	return c
}

// backlogCell returns the number of messages in the backlog, at the right edge.
func (f *Frames) backlogCell(b snapshot.Backlog) graphs.Cell {
	c := right("backlog "+waiting(b), countedWidth, outcome)
	if b.Known {
		c.Style = f.worry(f.limits.Backlog.Over(float64(b.Messages)))
	}
	c.Edge = true
	return c
}

// rateText returns the measured rate beside the target.
func rateText(p *snapshot.Producer) string {
	text := graphs.Right(graphs.Three(p.Rate), graphs.ThreeWidth)
	switch {
	case p.Target.IsMax():
		return text + "/s max"
	case p.Target > 0:
		return text + "/" + graphs.Rate(p.Aim())
	}
	return text + "/s"
}

// shareText writes a rate as a share of its target.
func shareText(share float64) string {
	const most = 9.99
	if share > most {
		return ">999%"
	}
	return graphs.PercentTight(100*share, 1)
}

// waiting returns the number of messages in the backlog, if it is known.
func waiting(b snapshot.Backlog) string {
	if !b.Known {
		return graphs.NoValue
	}
	return figure(b.Messages)
}

// figure writes a count in at most graphs.ThreeWidth columns: exactly below a
// thousand, with three significant digits from there on.
func figure(n int64) string {
	if n > -1000 && n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return graphs.Three(float64(n))
}

// latencyCell returns the cell of a quantile d of the last second.
func latencyCell(label string, of metrics.Quantiles, d time.Duration, priority int) graphs.Cell {
	v := float64(d)
	if of.Count == 0 {
		v = math.NaN()
	}
	return graphs.Cell{Text: label + " " + graphs.Right(graphs.Latency(v), graphs.LatencyWidth), Priority: priority}
}

// tailCell returns the 99th percentile in the colour of its grade.
func (f *Frames) tailCell(of metrics.Quantiles) graphs.Cell {
	c := latencyCell("p99", of, of.P99, tail)
	if of.Count > 0 {
		c.Style = f.worry(f.limits.P99.Over(float64(of.P99)))
	}
	return c
}

func bytesCell(perSecond float64) graphs.Cell {
	return right(graphs.ByteRate(perSecond), graphs.ByteRateWidth, speed)
}

func right(text string, width, priority int) graphs.Cell {
	return graphs.Cell{Text: text, Width: width, Align: graphs.AlignRight, Priority: priority}
}
