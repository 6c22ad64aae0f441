package kinds

import (
	"fmt"
	"strconv"
	"strings"

	"pulsh/commands/lang"
	"pulsh/session/pacing"
	"pulsh/session/profile"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// Kinds returns the kinds that help explains, in the order of the manual.
func Kinds() []lang.Kind {
	return []lang.Kind{
		Group(), Name(), Change(), Shape(), Factor(), Size(), Bytes(), Count(), Amount(), Scale(), Producers(), Keys(),
		Ack(), Share(), Work(), Churn(), Until(), Body(), Properties(), Delay(), Ratio(), Spread(), Routing(), Chunking(), KeyFiles(), Schema(), Fields(),
		Duration(), Percent(), Position(), Metric(), Condition(), Topic(), Panels(), Profile(), lang.FileKind(), Url(), Cluster(), lang.WordKind(), lang.TextKind(),
		lang.InstantKind(), Variable(), Topics(),
		Export(), Stream(), Report(), Mark(), Address(),
	}
}

// Find returns the kind of a name or an old name, TEXT for no kind.
func Find(name string) lang.Kind {
	for _, k := range Kinds() {
		if k.Named(name) {
			return k
		}
	}
	return lang.TextKind()
}

// Group is the kind GROUP.
func Group() lang.Kind {
	return lang.Kind{Name: "GROUP", Sample: "fast", Parse: CheckName, Complete: completeGroups(nil),
		Doc: "the name of a group"}
}

// Groups is the kind GROUP… of one or more groups.
func Groups() lang.Kind {
	k := Group()
	k.Forms = "fast, fast sub1"
	k.Parse = func(text string) (any, error) {
		for name := range strings.FieldsSeq(text) {
			if err := spec.CheckName(name); err != nil {
				return nil, err
			}
		}
		return text, nil
	}
	return k
}

// All is the kind GROUP|all.
func All() lang.Kind {
	k := Group()
	k.Name = "GROUP|all"
	k.Parse = func(text string) (any, error) {
		if text == "all" {
			return text, nil
		}
		return CheckName(text)
	}
	k.Complete = func(s *lang.Scene) []lang.Suggestion {
		return append(completeGroups(nil)(s), lang.Suggestion{Text: "all", Description: "every group"})
	}
	return k
}

// GroupOf is the kind GROUP that completes groups of one kind.
func GroupOf(want snapshot.Kind, sample string) lang.Kind {
	k := Group()
	k.Sample, k.Make = sample, fmt.Sprint(want)+" start"
	k.Complete = completeGroups(func(g snapshot.Group) bool { return g.Kind == want || g.Named() == want })
	return k
}

// Name is the kind NAME.
func Name() lang.Kind {
	return lang.Kind{Name: "NAME", Sample: "fast", Parse: CheckName,
		Doc: "a name for a group: a letter, then letters, digits, - and _, at most 32 characters"}
}

// Start is the kind NAME that completes the groups that can be started.
func Start(want snapshot.Kind, sample string) lang.Kind {
	k := Name()
	k.Sample = sample
	k.Complete = completeGroups(func(g snapshot.Group) bool { return g.Named() == want && !g.State.Active() })
	return k
}

// CheckName reads the name of a group or profile.
func CheckName(text string) (any, error) { return text, spec.CheckName(text) }

// Change is the kind RATE.
func Change() lang.Kind {
	return lang.Kind{Name: "RATE", Sample: "50k", Range: spec.RangeOf("rate"), Forms: "50k, 300/m, max, +10%, x2, ramp(1k..50k,2m)",
		Doc:   "messages per second: 50000, 50k, 1.5M, 50k/s, 300/m or max; a change of the present rate: +10%, -5k or x2; or a SHAPE",
		Parse: func(text string) (any, error) { return pacing.ParseChange(text) }, Complete: completeShapes(true), Mend: mendShapes}
}

// Shape is the kind SHAPE.
func Shape() lang.Kind {
	return lang.Kind{Name: "SHAPE", Sample: "50k", Forms: "50k, 1.5M, 300/m, max, ramp(1k..50k,2m)",
		Doc: "a rate over time: parts joined by +, of which the last does not end: hold(20k,30s)+ramp(20k..50k,2m), " +
			"sine(20k,50%,1m), steps(10k,20k,40k,every=30s), spike(x5,10s,every=1m); a rate is a shape too. " +
			"loop(hold(20k,1m)+hold(0,30s)) repeats a shape, loop(SHAPE,3) three times; poisson(20k) or poisson(SHAPE,seed=7) sends at random times " +
			"with that mean; trace(FILE) takes the lines seconds,rate of a file, and trace(FILE,x2) twice the rates",
		Parse: func(text string) (any, error) { return pacing.ParseShape(text) }, Complete: completeShapes(false), Mend: mendShapes}
}

// factorMax bounds a burst. A queue of pending messages is the limit long before.
const factorMax = 1000

// Factor is the kind FACTOR.
func Factor() lang.Kind {
	return lang.Kind{Name: "FACTOR", Sample: "x5", Forms: "x2, x5, x0.5", Range: fmt.Sprintf("more than 0, up to x%d", factorMax),
		Doc: "a factor for the rate: x5, x0.5",
		Parse: func(text string) (any, error) {
			f, err := strconv.ParseFloat(strings.TrimPrefix(text, "x"), 64)
			if err != nil || !strings.HasPrefix(text, "x") || !(f > 0 && f <= factorMax) {
				return nil, fmt.Errorf("%q is not a factor (x2, x0.5; up to x%d)", text, factorMax)
			}
			return f, nil
		}, Complete: lang.Offer("x2", "twice the rate", "x5", "five times the rate", "x10", "ten times the rate", "x0.5", "half the rate")}
}

// Size is the kind SIZE.
func Size() lang.Kind {
	return lang.Kind{Name: "SIZE", Sample: "1KiB", Forms: "512, 1KiB, 256..4KiB, lognormal(1KiB,0.5)",
		Doc:      "message size in bytes: 512, 1KiB; 256..4KiB (uniform), or lognormal(1KiB,0.5) (median and spread)",
		Complete: lang.Offer("512", "bytes", "1KiB", "1,024 bytes", "4KiB", "4,096 bytes", "256..4KiB", "uniform", "lognormal(1KiB,0.5)", "median and spread")}
}

// Bytes is the kind BYTES.
func Bytes() lang.Kind {
	return lang.Kind{Name: "BYTES", Sample: "128KiB", Forms: "512, 1KiB, 1.5MB",
		Doc:      "bytes: 512, 1KiB (1,024), 1.5MB (1,500,000)",
		Complete: lang.Offer("128KiB", "the client's default", "1MiB", "large batches")}
}

// Count is the kind COUNT.
func Count() lang.Kind {
	return lang.Kind{Name: "COUNT", Sample: "4", Forms: "8, 10k", Doc: "an integer: 8, 10k"}
}

// Amount is the kind AMOUNT: the number of messages after which a group stops.
func Amount() lang.Kind {
	return lang.Kind{Name: "AMOUNT", Sample: "1M", Forms: "500, 20k, 1M, off", Doc: "a number of messages: 500, 20k, 1M; off is no limit"}
}

// Until is the kind UNTIL.
func Until() lang.Kind {
	return lang.Kind{Name: "UNTIL", Sample: "empty", Forms: "off, empty, idle(10s)",
		Doc: "when a consumer group stops by itself: empty (the backlog is empty, by two readings of the admin API with nothing received between), " +
			"idle(10s) (nothing was received for 10 seconds), or off"}
}

// Producers is the kind PRODUCERS: the number of Pulsar producers of a group.
func Producers() lang.Kind {
	return lang.Kind{Name: "PRODUCERS", Aliases: []string{"LANES"}, Sample: "auto", Forms: "auto, each, 4",
		Doc: "auto (the least of the workers, twice the cores and 16), each (one per worker), or a number"}
}

// Keys is the kind KEYS.
func Keys() lang.Kind {
	return lang.Kind{Name: "KEYS", Sample: "10k", Forms: "none, 10k, 10k,zipf=1.1, 10k,hot=20%/3",
		Doc:      "message keys: none; 10k (uniform); 10k,zipf=1.1; or 10k,hot=20%/3 (20 % of the messages on three keys)",
		Complete: lang.Offer("none", "no keys", "10k", "uniform", "10k,zipf=1.1", "Zipf distribution", "10k,hot=20%/3", "20 % on three keys")}
}

// Duration is the kind DURATION.
func Duration() lang.Kind {
	return lang.Kind{Name: "DURATION", Sample: "10s", Forms: "300ms, 10s, 1h30m, 2d",
		Doc: "a duration: 300ms, 10s, 1h30m, 2d",
		Parse: func(text string) (any, error) {
			d, err := pacing.ParseDuration(text)
			if err == nil && d <= 0 {
				err = fmt.Errorf("%q is not a duration above 0", text)
			}
			return d, err
		}, Complete: lang.Offer("1s", "", "10s", "", "1m", "", "5m", "")}
}

// Scaling is a number of workers, or a change of it.
type Scaling struct {
	Count    int
	Relative bool
}

// Scale is the kind WORKERS.
func Scale() lang.Kind {
	return lang.Kind{Name: "WORKERS", Sample: "+4", Forms: "8, +4, -2",
		Doc: "a number of workers: 8; or a change of it: +4 or -2",
		Parse: func(text string) (any, error) {
			digits := strings.TrimLeft(text, "+-")
			n, err := spec.ParseCount(digits)
			if err != nil || len(text)-len(digits) > 1 {
				return nil, fmt.Errorf("%q is not a number of workers", text)
			}
			if strings.HasPrefix(text, "-") {
				n = -n
			}
			return Scaling{n, digits != text}, nil
		}, Complete: lang.Offer("+1", "one more", "+4", "four more", "-1", "one fewer")}
}

// Position is the kind POSITION.
func Position() lang.Kind {
	return lang.Kind{Name: "POSITION", Aliases: []string{"WHEN"}, Sample: "-5m", Forms: "-5m, earliest, latest, 10:42:07, ledger:entry",
		Doc: "a position in a topic: -5m (5 minutes ago), earliest, latest, a time of day 10:42:07, an RFC 3339 time, or a message ID ledger:entry[:partition]",
		// Only the form is checked here; the time counts from when the line runs.
		Parse: func(text string) (any, error) {
			_, err := spec.ParseWhenForm(text)
			return text, err
		}, Complete: lang.Offer("-1m", "a minute ago", "-5m", "five minutes ago", "earliest", "the oldest message", "latest", "after the newest message")}
}

// Metric is the kind METRIC.
func Metric() lang.Kind {
	return lang.Kind{Name: "METRIC", Sample: "fast.rate", Forms: "fast.rate, fast.p99, sub1.backlog",
		Doc:   "a figure of a group, of total (all groups) or of process (pulsh): fast.rate, fast.p99, fast.service.p99, sub1.e2e.p99.9, sub1.backlog, total.rate",
		Parse: func(text string) (any, error) { return snapshot.ParseMetric(text) }, Complete: completeMetrics, Mend: mendFigures}
}

// Condition is the kind CONDITION.
func Condition() lang.Kind {
	return lang.Kind{Name: "CONDITION", Sample: "fast.p99<20ms", Forms: "fast.p99<20ms and sub1.backlog<5k",
		Doc: "comparisons of a METRIC (< <= > >= = !=) joined by and: fast.p99<20ms and sub1.backlog<5k; latencies are those of the last second. " +
			"GROUP idle 10s: nothing was sent or received for 10 seconds; GROUP empty: its backlog is 0 and nothing was received for 2s",
		Parse: func(text string) (any, error) { return snapshot.ParseCondition(text) }, Complete: completeConditions, Mend: mendFigures}
}

// Topic is the kind TOPIC.
func Topic() lang.Kind {
	return lang.Kind{Name: "TOPIC", Sample: "fast", Forms: "fast, ns/fast, tenant/ns/fast, persistent://tenant/ns/fast",
		Doc: "a topic: fast, ns/fast, tenant/ns/fast, or the full name with persistent:// or non-persistent://", Complete: completeTopics}
}

// Profile is the kind PROFILE.
func Profile() lang.Kind {
	return lang.Kind{Name: "PROFILE", Sample: "low", Parse: CheckName, Complete: completeProfiles,
		Doc: "a built-in or saved profile"}
}

// Url is the kind URL of a cluster.
func Url() lang.Kind {
	return lang.Kind{Name: "URL", Sample: "pulsar://localhost:6650", Forms: "pulsar://host:6650, pulsar+ssl://host:6651",
		Doc:      "a cluster: pulsar://host:6650 or pulsar+ssl://host:6651",
		Parse:    func(text string) (any, error) { return text, profile.CheckURL(text) },
		Complete: lang.Offer("pulsar://localhost:6650", "this machine")}
}

// AdminURL is the kind URL of an admin API.
func AdminURL() lang.Kind {
	k := Url()
	k.Sample, k.Forms = "http://localhost:8080", "http://host:8080, https://host:8443"
	k.Parse = func(text string) (any, error) { return text, profile.CheckAdminURL(text) }
	k.Complete = lang.Offer("http://localhost:8080", "this machine")
	return k
}
