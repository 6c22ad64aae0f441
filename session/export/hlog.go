package export

import (
	"bufio"
	"context"
	"io"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// writeHlog writes a log for the tools of HdrHistogram: a histogram for each
// interval of each distribution, with the tag GROUP.DISTRIBUTION. Where there are
// several clusters, comments at the head tell that of each group. Values are
// microseconds, as in the logs of pulsar-perf. Times are relative to the base
// time.
func (r *Report) writeHlog(ctx context.Context, w io.Writer, told func(part float64)) error {
	buffered := bufio.NewWriter(w)
	log := hdrhistogram.NewHistogramLogWriter(buffered)
	base := r.Start.Unix() * 1000 // the header has whole seconds
	log.SetBaseTime(base)
	head := []error{
		log.OutputComment("[pulsh " + r.Environment.Pulsh + ": values are microseconds, Interval_Max is in seconds]"),
		log.OutputComment("[one tag for each group and distribution: HistogramLogProcessor -listtags, then -tag GROUP.latency -outputValueUnitRatio 1000 for ms]"),
		log.OutputLogFormatVersion(),
		log.OutputBaseTime(base),
		log.OutputStartTime(base),
		log.OutputLegend(),
	}
	for _, g := range r.Groups {
		if len(r.Clusters) > 0 {
			head = append(head, log.OutputComment("["+g.Name+" is on cluster "+g.Cluster+"]"))
		}
	}
	for _, err := range head {
		if err != nil {
			return err
		}
	}
	total, done := 0, 0
	for _, g := range r.Groups {
		for _, d := range g.Distributions {
			total += len(d.Intervals)
		}
	}
	for _, g := range r.Groups {
		for _, d := range g.Distributions {
			for _, i := range d.Intervals {
				if err := ctx.Err(); err != nil {
					return err
				}
				h := i.Histogram()
				h.SetTag(g.Name + "." + d.Name)
				h.SetStartTimeMs(i.From.UnixMilli())
				h.SetEndTimeMs(i.To.UnixMilli())
				if err := log.OutputIntervalHistogram(h); err != nil {
					return err
				}
				done++
				told(float64(done) / float64(total))
			}
		}
	}
	return buffered.Flush()
}
