package commands

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pulsh/session"
	"pulsh/session/pacing"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// kind is one kind of value: it reads itself, completes itself, and explains
// itself in help and in errors.
type kind struct {
	name     string // as usage and help write it
	doc      string // a sentence for help
	forms    string // ways to write it, beside a try line
	sample   string // a value that is right nearly everywhere
	parse    func(text string) (any, error)
	complete func(*scene) []Suggestion // nil completes nothing
	named    bool                      // complete lists all values that there are
	mend     func(typed string) string // corrects a value where it can; may be nil
}

// kinds lists the kinds that help explains, in the order of the manual.
func kinds() []kind {
	return []kind{
		groupKind(), nameKind(), changeKind(), shapeKind(), factorKind(), sizeKind(), bytesKind(), countKind(), scaleKind(), lanesKind(), keysKind(),
		ackKind(), shareKind(), workKind(), churnKind(),
		durationKind(), percentKind(), whenKind(), metricKind(), conditionKind(), topicKind(), panelsKind(), profileKind(), fileKind(), urlKind(), wordKind(), textKind(),
		instantKind(), variableKind(), topicsKind(),
		exportKind(), streamKind(), reportKind(), markKind(), addressKind(),
	}
}

// findKind returns the kind of that name.
func findKind(name string) kind {
	for _, k := range kinds() {
		if k.name == name {
			return k
		}
	}
	return textKind()
}

// text reads a value as it stands.
func asText(text string) (any, error) { return text, nil }

func groupKind() kind {
	return kind{name: "GROUP", sample: "fast", parse: checkName, complete: completeGroups(nil),
		doc: "the name of a group"}
}

// allKind is a group or all of them.
func allKind() kind {
	k := groupKind()
	k.name = "GROUP|all"
	k.parse = func(text string) (any, error) {
		if text == "all" {
			return text, nil
		}
		return checkName(text)
	}
	k.complete = func(s *scene) []Suggestion {
		return append(completeGroups(nil)(s), Suggestion{"all", "every group"})
	}
	return k
}

// groupOf is a group of one kind.
func groupOf(want snapshot.Kind, sample string) kind {
	k := groupKind()
	k.sample = sample
	k.complete = completeGroups(func(g snapshot.Group) bool { return g.Kind == want })
	return k
}

// nameKind is a group to be made or started.
func nameKind() kind {
	return kind{name: "NAME", sample: "fast", parse: checkName,
		doc: "a name for a group: a letter, then letters, digits, - and _, at most 32"}
}

// startKind is a new group, or one that is not running.
func startKind(want snapshot.Kind, sample string) kind {
	k := nameKind()
	k.sample = sample
	k.complete = completeGroups(func(g snapshot.Group) bool { return g.Kind == want && !active(g.State) })
	return k
}

func checkName(text string) (any, error) { return text, spec.CheckName(text) }

func changeKind() kind {
	return kind{name: "RATE", sample: "50k", forms: "50k, 300/m, max, +10%, x2, ramp(1k..50k,2m)",
		doc:   "messages a second: 50000, 50k, 1.5M, 50k/s, 300/m or max; or a change of the present rate, +10%, -5k or x2; or a SHAPE",
		parse: func(text string) (any, error) { return pacing.ParseChange(text) }, complete: completeShapes(true), mend: mendShapes}
}

func shapeKind() kind {
	return kind{name: "SHAPE", sample: "50k", forms: "50k, 1.5M, 300/m, max, ramp(1k..50k,2m)",
		doc: "a rate that changes with time: parts joined by +, of which the last goes on: hold(20k,30s)+ramp(20k..50k,2m), " +
			"sine(20k,50%,1m), steps(10k,20k,40k,every=30s), spike(x5,10s,every=1m); a rate is the simplest shape",
		parse: func(text string) (any, error) { return pacing.ParseShape(text) }, complete: completeShapes(false), mend: mendShapes}
}

// factorMax bounds a burst: a factor of a thousand makes the highest rate of a
// high one, and the queue is the limit long before it.
const factorMax = 1000

func factorKind() kind {
	return kind{name: "FACTOR", sample: "x5", forms: "x2, x5, x0.5",
		doc: "a factor of the rate: x5, x0.5",
		parse: func(text string) (any, error) {
			f, err := strconv.ParseFloat(strings.TrimPrefix(text, "x"), 64)
			if err != nil || !strings.HasPrefix(text, "x") || !(f > 0 && f <= factorMax) {
				return nil, fmt.Errorf("%q is not a factor from above 0 to x%d", text, factorMax)
			}
			return f, nil
		}, complete: offer("x2", "twice the rate", "x5", "five times the rate", "x10", "ten times the rate", "x0.5", "half the rate")}
}

func sizeKind() kind {
	return kind{name: "SIZE", sample: "1KiB", forms: "512, 1KiB, 256..4KiB, lognormal(1KiB,0.5)",
		doc:      "bytes of a message: 512, 1KiB; 256..4KiB is uniform, lognormal(1KiB,0.5) has that median and spread",
		complete: offer("512", "bytes", "1KiB", "1,024 bytes", "4KiB", "4,096 bytes", "256..4KiB", "uniform", "lognormal(1KiB,0.5)", "median and spread")}
}

func bytesKind() kind {
	return kind{name: "BYTES", sample: "128KiB", forms: "512, 1KiB, 1.5MB",
		doc:      "bytes: 512, 1KiB (1,024), 1.5MB (1,500,000)",
		complete: offer("128KiB", "the client's default", "1MiB", "large batches")}
}

func countKind() kind {
	return kind{name: "COUNT", sample: "4", forms: "8, 10k", doc: "a whole number: 8, 10k"}
}

func lanesKind() kind {
	return kind{name: "LANES", sample: "auto", forms: "auto, each, 4",
		doc: "auto (the workers, twice the cores or 16, whichever is least), each (one a worker), or a number"}
}

func keysKind() kind {
	return kind{name: "KEYS", sample: "10k", forms: "none, 10k, 10k,zipf=1.1, 10k,hot=20%/3",
		doc:      "message keys: none; 10k that are equally likely; 10k,zipf=1.1; or 10k,hot=20%/3 with a fifth of the messages on three keys",
		complete: offer("none", "no keys", "10k", "equally likely", "10k,zipf=1.1", "a few frequent ones", "10k,hot=20%/3", "three take a fifth")}
}

func durationKind() kind {
	return kind{name: "DURATION", sample: "10s", forms: "300ms, 10s, 1h30m, 2d",
		doc: "a span of time: 300ms, 10s, 1h30m, 2d",
		parse: func(text string) (any, error) {
			d, err := pacing.ParseDuration(text)
			if err == nil && d <= 0 {
				err = fmt.Errorf("%q is not a span of time: more than 0", text)
			}
			return d, err
		}, complete: offer("1s", "", "10s", "", "1m", "", "5m", "")}
}

// scaling is a number of workers: as it is, or relative to what there is.
type scaling struct {
	count    int
	relative bool
}

func scaleKind() kind {
	return kind{name: "WORKERS", sample: "+4", forms: "8, +4, -2",
		doc: "a number of workers, 8, or a change of it, +4 or -2",
		parse: func(text string) (any, error) {
			digits := strings.TrimLeft(text, "+-")
			n, err := spec.ParseCount(digits)
			if err != nil || len(text)-len(digits) > 1 {
				return nil, fmt.Errorf("%q is not a number of workers", text)
			}
			if strings.HasPrefix(text, "-") {
				n = -n
			}
			return scaling{n, digits != text}, nil
		}, complete: offer("+1", "one more", "+4", "four more", "-1", "one less")}
}

func whenKind() kind {
	return kind{name: "WHEN", sample: "-5m", forms: "-5m, earliest, latest, 10:42:07, ledger:entry",
		doc: "a place in a topic: -5m before now, earliest, latest, a time of day 10:42:07, an instant of RFC 3339, or a message ledger:entry[:partition]",
		// Only the form is read here: what now is, is known when the line runs.
		parse: func(text string) (any, error) {
			_, err := spec.ParseWhen(text, time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
			return text, err
		}, complete: offer("-1m", "a minute ago", "-5m", "five minutes ago", "earliest", "the oldest message", "latest", "behind the newest message")}
}

func metricKind() kind {
	return kind{name: "METRIC", sample: "fast.rate", forms: "fast.rate, fast.p99, sub1.backlog",
		doc:   "a figure of a group, of total or of process: fast.rate, fast.p99, fast.service.p99, sub1.e2e.p99.9, sub1.backlog, total.rate",
		parse: func(text string) (any, error) { return snapshot.ParseMetric(text) }, complete: completeMetrics, mend: mendFigures}
}

func conditionKind() kind {
	return kind{name: "CONDITION", sample: "fast.p99<20ms", forms: "fast.p99<20ms and sub1.backlog<5k",
		doc:   "a METRIC, one of < <= > >= = != and a value, joined by and: fast.p99<20ms and sub1.backlog<5k; latencies are those of the last second",
		parse: func(text string) (any, error) { return snapshot.ParseCondition(text) }, complete: completeMetrics, mend: mendFigures}
}

func topicKind() kind {
	return kind{name: "TOPIC", sample: "fast", forms: "fast, ns/fast, tenant/ns/fast, persistent://tenant/ns/fast",
		doc: "a topic: fast, ns/fast, tenant/ns/fast, or the full name with persistent:// or non-persistent://", complete: completeTopics}
}

func profileKind() kind {
	return kind{name: "PROFILE", sample: "low", parse: checkName, complete: completeProfiles,
		doc: "a profile that is built in, or one that save has written"}
}

func urlKind() kind {
	return kind{name: "URL", sample: "pulsar://localhost:6650", forms: "pulsar://host:6650, pulsar+ssl://host:6651",
		doc:      "a cluster: pulsar://host:6650 or pulsar+ssl://host:6651",
		parse:    func(text string) (any, error) { return text, session.CheckURL(text) },
		complete: offer("pulsar://localhost:6650", "this machine")}
}

func adminURLKind() kind {
	k := urlKind()
	k.sample, k.forms = "http://localhost:8080", "http://host:8080, https://host:8443"
	k.parse = func(text string) (any, error) { return text, session.CheckAdminURL(text) }
	k.complete = offer("http://localhost:8080", "this machine")
	return k
}

func textKind() kind {
	return kind{name: "TEXT", sample: "'before the fix'", parse: asText, doc: "words, with or without quotes"}
}

func wordKind() kind {
	return kind{name: "WORD", parse: asText, doc: "one of the words that completion shows"}
}

// words is one of a closed list of words.
func words(list ...string) kind {
	k := wordKind()
	k.sample = list[0]
	k.forms = strings.Join(list, ", ")
	k.parse = func(text string) (any, error) {
		for _, w := range list {
			if w == text {
				return text, nil
			}
		}
		return nil, fmt.Errorf("%q is none of %s", text, k.forms)
	}
	k.complete = func(*scene) []Suggestion {
		var out []Suggestion
		for _, w := range list {
			out = append(out, Suggestion{Text: w})
		}
		return out
	}
	return k
}
