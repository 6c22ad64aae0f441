package scrape

import (
	"github.com/prometheus/client_golang/prometheus"

	"pulsh/session/export"
)

// collector converts the families of a report to metrics of the client library.
type collector struct{ source func() *export.Report }

func describe(f export.Family) *prometheus.Desc {
	return prometheus.NewDesc(f.Name, f.Help, f.Labels, nil)
}

// Describe sends all families, including those without a sample.
func (c collector) Describe(to chan<- *prometheus.Desc) {
	for _, f := range (&export.Report{}).Families() {
		to <- describe(f)
	}
}

// Collect sends the current samples.
func (c collector) Collect(to chan<- prometheus.Metric) {
	for _, f := range c.source().Families() {
		desc := describe(f)
		for _, s := range f.Samples {
			m, err := metric(desc, f.Type, s)
			if err != nil {
				m = prometheus.NewInvalidMetric(desc, err)
			}
			to <- m
		}
	}
}

func metric(desc *prometheus.Desc, kind export.MetricType, s export.Sample) (prometheus.Metric, error) {
	switch kind {
	case export.Histogram:
		buckets := make(map[float64]uint64, len(s.Buckets))
		for _, b := range s.Buckets {
			buckets[b.UpTo] = b.Count
		}
		return prometheus.NewConstHistogram(desc, s.Count, s.Sum, buckets, s.Labels...)
	case export.Summary:
		quantiles := make(map[float64]float64, len(s.Quantiles))
		for _, q := range s.Quantiles {
			quantiles[q.Rank] = q.Value
		}
		return prometheus.NewConstSummary(desc, s.Count, s.Sum, quantiles, s.Labels...)
	case export.Counter:
		return prometheus.NewConstMetric(desc, prometheus.CounterValue, s.Value, s.Labels...)
	}
	return prometheus.NewConstMetric(desc, prometheus.GaugeValue, s.Value, s.Labels...)
}
