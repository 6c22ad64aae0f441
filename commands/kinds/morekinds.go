package kinds

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"pulsh/commands/host"
	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/export"
	"pulsh/session/payload"
	"pulsh/session/spec"
)

// Ack is the kind ACK.
func Ack() lang.Kind {
	return lang.Kind{Name: "ACK", Sample: "batched", Forms: "batched, batched(100,10ms), immediate, delayed(500ms), manual, cumulative",
		Doc:   "when messages are acknowledged: batched, batched(1000,100ms), immediate, delayed(500ms), manual or cumulative; the command ack also takes now and a number",
		Parse: func(text string) (any, error) { return spec.ParseAck(text) },
		Complete: lang.Offer("batched", "in groups of 1,000 or 100 ms", "batched(100,10ms)", "with other limits", "immediate", "each at once",
			"delayed(500ms)", "that long after the receipt", "manual", "by `ack sub1 now`", "cumulative", "one message and all before it")}
}

// AckNow is a strategy, or a number of messages to acknowledge now.
func AckNow() lang.Kind {
	k := Ack()
	k.Name, k.Forms = "ACK|now|COUNT", k.Forms+", now, 100"
	k.Parse = func(text string) (any, error) {
		if text == "now" {
			return AckCount(math.MaxInt), nil
		}
		if n, err := spec.ParseCount(text); err == nil {
			if n == 0 {
				return nil, fmt.Errorf("%q is no number of messages to acknowledge", text)
			}
			return AckCount(n), nil
		}
		return spec.ParseAck(text)
	}
	strategies := k.Complete
	k.Complete = func(s *lang.Scene) []lang.Suggestion {
		return append(strategies(s), lang.Suggestion{Text: "now", Description: "acknowledge all messages held back"})
	}
	return k
}

// Share is the kind SHARE.
func Share() lang.Kind {
	return lang.Kind{Name: "SHARE", Sample: "2%", Forms: "2%, 0.5%, 0%", Range: spec.RangeOf("drop"), Doc: "a share of the messages: 2%, 0.5%, 0%",
		Parse:    func(text string) (any, error) { return spec.ParseShare(text) },
		Complete: lang.Offer("0%", "none", "1%", "one in a hundred", "2%", "", "10%", "", "100%", "all")}
}

// Work is the kind WORK.
func Work() lang.Kind {
	return lang.Kind{Name: "WORK", Sample: "5ms", Forms: "none, 5ms, 1ms..5ms, lognormal(5ms,0.6)",
		Doc:      "processing time per message: none, 5ms, 1ms..5ms (uniform), or lognormal(5ms,0.6) (median and spread)",
		Parse:    func(text string) (any, error) { return spec.ParseWork(text) },
		Complete: lang.Offer("none", "no work", "5ms", "constant", "1ms..5ms", "uniform", "lognormal(5ms,0.6)", "median and spread")}
}

// Delay is the kind DELAY.
func Delay() lang.Kind {
	return lang.Kind{Name: "DELAY", Sample: "30s", Forms: "none, 30s, 1s..5m",
		Doc:      "how much later the broker delivers a message: none, 30s, or 1s..5m (uniform)",
		Parse:    func(text string) (any, error) { return spec.ParseDelay(text) },
		Complete: lang.Offer("none", "at once", "30s", "constant", "1s..5m", "uniform")}
}

// Ratio is the kind RATIO.
func Ratio() lang.Kind {
	return lang.Kind{Name: "RATIO", Sample: "0.4", Forms: "1, 0.4", Doc: "the size of compressed bodies as a share of their size: 0.4 for 40 %, 1 for bodies that do not compress",
		Parse:    func(text string) (any, error) { return payload.ParseRatio(text) },
		Complete: lang.Offer("1", "bodies that do not compress", "0.4", "to 40 %", "0.1", "to 10 %")}
}

// Properties is the kind PROPERTIES.
func Properties() lang.Kind {
	return lang.Kind{Name: "PROPERTIES", Sample: "region:eu,tenant:7", Forms: "none, region:eu,tenant:7, id:{{uuid}}",
		Doc:      "properties of messages: none, or name:value with commas between them; a value may have fields, see body=template(TEXT)",
		Parse:    func(text string) (any, error) { return payload.ParseProperties(text) },
		Complete: lang.Offer("none", "no properties", "region:eu,tenant:7", "the same in each message", "id:{{uuid}}", "another in each message")}
}

// Body is the kind BODY.
func Body() lang.Kind {
	doc := "what bodies contain: random, text, sequential, zero, pattern(TEXT); none (empty); file(FILE), a line of a file for each message, " +
		"file(FILE,delimiter=;), or each file of a folder; template(TEXT) or template(@FILE), a text with fields: "
	fields := payload.TemplateFields()
	for i := 0; i < len(fields); i += 2 {
		if i > 0 {
			doc += "; "
		}
		doc += fields[i] + " " + fields[i+1]
	}
	return lang.Kind{Name: "BODY", Sample: "random", Forms: strings.Join(payload.KindNames(), ", "), Doc: doc,
		Parse: func(text string) (any, error) { kind, _, err := payload.ParseBody(text); return kind, err },
		Complete: withFiles(lang.Offer("random", "bytes that do not compress", "text", "words that compress", "sequential", "0, 1, 2 …", "zero", "compresses to nothing",
			"pattern(TEXT)", "a text again and again", "none", "empty bodies", "file(", "a line for each message, or each file of a folder",
			"template({{counter}})", "a text with fields, such as {{uuid}}"), fileCall{"file(", nil, "each file of the folder"}, fileCall{"template(@", nil, ""})}
}

// Spread is the kind SPREAD.
func Spread() lang.Kind {
	return lang.Kind{Name: "SPREAD", Sample: "100", Forms: "1, 100, 100,random, 100,zipf=1.1",
		Doc:      "a number of topics, TOPIC-0 and so on: 100 (in turn), 100,random, or 100,zipf=1.1 (Zipf distribution)",
		Parse:    func(text string) (any, error) { return spec.ParseSpread(text) },
		Complete: lang.Offer("1", "the topic itself", "100", "in turn", "100,random", "at random", "100,zipf=1.1", "Zipf distribution")}
}

// Routing is the kind ROUTING.
func Routing() lang.Kind {
	return lang.Kind{Name: "ROUTING", Sample: spec.RoundRobin, Forms: "round-robin, single, key, partition=3",
		Doc:   "how messages are divided among partitions: round-robin, single, key or partition=3",
		Parse: func(text string) (any, error) { return spec.ParseRouting(text) },
		Complete: lang.Offer(spec.RoundRobin, "in turn, or by the key", spec.RouteSingle, "one partition for each producer", spec.RouteByKey, "by the key",
			"partition=0", "one partition for all")}
}

// Churn is the kind CHURN.
func Churn() lang.Kind {
	return lang.Kind{Name: "CHURN", Sample: "10%/30s", Forms: "10%/30s, off", Doc: "a share of the consumers and how often: 10%/30s, or off",
		Parse:    func(text string) (any, error) { return spec.ParseChurn(text) },
		Complete: lang.Offer("off", "no churn", "10%/30s", "10 % every 30 s")}
}

// ChurnShare is the kind SHARE|off.
func ChurnShare() lang.Kind {
	k := Share()
	k.Name, k.Sample, k.Forms, k.Range = "SHARE|off", "10%", "10%, off", "more than 0%, up to 100%"
	k.Parse = func(text string) (any, error) {
		if text == "off" {
			return spec.Share(0), nil
		}
		s, err := spec.ParseShare(text)
		if err == nil && s == 0 {
			err = errors.New("0% replaces no consumer; off ends the churn")
		}
		return s, err
	}
	k.Complete = lang.Offer("10%", "a tenth of the consumers", "50%", "half of them", "100%", "all of them", "off", "end the churn")
	return k
}

// Report is the kind FILE of a report to read.
func Report() lang.Kind {
	return lang.Kind{Name: "FILE", Aliases: []string{"REPORT"}, Sample: "a.json", Doc: "a report that export or --json wrote as .json",
		Parse: func(text string) (any, error) {
			if as, err := export.FormatOf(text); err != nil || as != export.JSON {
				return nil, errors.New("compare takes reports that export wrote as .json")
			}
			return text, nil
		},
		Complete: lang.CompleteFiles(string(export.JSON))}
}

// Mark is the kind MARK.
func Mark() lang.Kind {
	return lang.Kind{Name: "MARK", Sample: "'before the fix'", Parse: lang.AsText, Doc: "the text of a mark, in quotes if it has blanks",
		Complete: func(s *lang.Scene) []lang.Suggestion {
			if snapshotOf(s) == nil {
				return nil
			}
			var out []lang.Suggestion
			for _, m := range UserMarks(snapshotOf(s)) {
				out = append(out, lang.Suggestion{Text: lang.Quote(m.Text), Description: m.At.Format("15:04:05")})
			}
			return out
		}}
}

// On is the word on.
func On() lang.Kind { return lang.Words("on") }

// Export is the kind FILE of an export, whose extension picks the format.
func Export() lang.Kind {
	var forms []string
	for _, f := range export.Formats() {
		forms = append(forms, "run"+f.Name)
	}
	return lang.Kind{Name: "FILE", Sample: "run.html", Forms: strings.Join(forms, ", "), Doc: "a file to export to; its extension picks the format",
		Parse: func(text string) (any, error) {
			as, err := export.FormatOf(text)
			return as, err
		},
		Complete: completeOutputs(func() export.Table[string] { return export.Formats() })}
}

// Layout is the kind of the layout of several graphs.
func Layout() lang.Kind { return lang.Words(host.AutoLayout, host.Stacked, host.Beside) }

// ScaleWords is linear or log, for all graphs or for each.
func ScaleWords() lang.Kind {
	k := lang.WordKind()
	k.Name, k.Sample, k.Forms = "SCALE", host.LogScale, "linear, log, linear|log"
	k.Doc = "linear or log, for all graphs, or one for each with | between them"
	k.Parse = func(text string) (any, error) {
		for part := range strings.SplitSeq(text, "|") {
			if part != host.LinearScale && part != host.LogScale {
				return nil, fmt.Errorf("%q is not a scale (linear, log)", part)
			}
		}
		return text, nil
	}
	k.Complete = lang.Offer(host.LinearScale, "", host.LogScale, "logarithmic", host.LinearScale+"|"+host.LogScale, "one for each graph")
	return k
}

// Past is the kind COUNT|TEXT of the command history.
func Past() lang.Kind {
	k := lang.TextKind()
	k.Name, k.Sample, k.Doc = "COUNT|TEXT", "20", "the number of lines, or a text that they contain"
	k.Complete = lang.Offer("20", "the last twenty", "100", "the last hundred")
	return k
}

// Percent is the kind PERCENT.
func Percent() lang.Kind {
	return lang.Kind{Name: "PERCENT", Sample: "95%", Forms: "95%, 80%, 150%",
		Doc: "a percentage: 95%, or 150% of one core",
		Parse: func(text string) (any, error) {
			v, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
			if err != nil {
				return nil, fmt.Errorf("%q is not a percentage", text)
			}
			return v, nil
		}}
}

// Saved is the kind PROFILE that completes saved profiles.
func Saved() lang.Kind {
	k := Profile()
	k.Sample = "mine"
	k.Complete = func(s *lang.Scene) []lang.Suggestion {
		if EnvOf(s) == nil {
			return nil
		}
		var out []lang.Suggestion
		for _, name := range EnvOf(s).Library.Saved() {
			out = append(out, lang.Suggestion{Text: name, Description: "saved"})
		}
		return out
	}
	return k
}

// Repeat is the kind COUNT of runs.
func Repeat() lang.Kind {
	k := Count()
	k.Sample, k.Range = "3", fmt.Sprintf("1 to %d", lang.RepeatMax)
	k.Parse = func(text string) (any, error) {
		n, err := spec.ParseCount(text)
		if err == nil && (n < 1 || n > lang.RepeatMax) {
			err = fmt.Errorf("%q is not a number of runs from 1 to %d", text, lang.RepeatMax)
		}
		return n, err
	}
	return k
}

// Variable is the kind VARIABLE.
func Variable() lang.Kind {
	return lang.Kind{Name: "VARIABLE", Sample: "w", Doc: "a variable: a lower-case letter, then lower-case letters, digits and _, at most 32 characters; $w is its value",
		Parse: func(text string) (any, error) { return text, lang.CheckVariable(text) }}
}

// In is the kind of the word in of a for.
func In() lang.Kind {
	k := lang.Words("in")
	k.Name = "in"
	return k
}

// Values is the kind of the values of a for, followed by run and a file.
func Values() lang.Kind {
	return lang.Kind{Name: "VALUE… run FILE", Sample: "1 2 4 8 run examples/step.pulsh", Doc: "values, then run and a script",
		Parse: func(text string) (any, error) {
			parts := strings.Fields(text)
			if len(parts) < 3 || parts[len(parts)-2] != "run" {
				return nil, fmt.Errorf("%q does not end in run FILE after a value", text)
			}
			return text, nil
		}}
}

// NewFile is the kind FILE of a file to write.
func NewFile() lang.Kind {
	k := lang.FileKind()
	k.Sample, k.Doc = "mine.pulsh", "a file to write"
	return k
}

// Address is the kind ADDRESS.
func Address() lang.Kind {
	return lang.Kind{Name: "ADDRESS", Sample: MetricsAddress, Forms: "127.0.0.1:9095, 9095, 0.0.0.0:9095", Doc: "where to listen: 127.0.0.1:9095 or 9095 (this machine only), or 0.0.0.0:9095 (all interfaces)",
		Parse: func(text string) (any, error) {
			address, remote, err := ParseMetricsAddress(text)
			return ListenAt{address, remote}, err
		}, Complete: lang.Offer(MetricsAddress, "this machine only", "0.0.0.0:9095", "all interfaces, with remote=on")}
}

// Stream is the kind FILE of a stream, whose extension picks the format.
func Stream() lang.Kind {
	endings := func() export.Table[string] {
		return export.Table[string]{{Name: ".jsonl", Value: "one JSON object per record"}, {Name: ".csv", Value: "one row per record"}}
	}
	return lang.Kind{Name: "FILE", Aliases: []string{"STREAM"}, Sample: "run.jsonl", Forms: "run.jsonl, run.csv, -", Doc: "a file to append records to: .jsonl for JSON Lines, .csv for CSV; - is standard output",
		Parse: func(text string) (any, error) {
			switch strings.ToLower(filepath.Ext(text)) {
			case ".jsonl", ".ndjson":
				return false, nil
			case ".csv":
				return true, nil
			}
			if text == StandardOutput {
				return false, nil
			}
			return nil, fmt.Errorf("%q does not end in .jsonl or .csv", text)
		}, Complete: completeOutputs(endings)}
}

// Messages is the kind of a number of messages to skip or rewind.
func Messages() lang.Kind {
	k := Count()
	k.Name, k.Sample, k.Forms = "MESSAGES", "1000", "1000, 10k, 2M"
	k.Range = fmt.Sprintf("1 to %d", messagesMax)
	k.Parse = numberOf("messages", messagesMax)
	return k
}

// Age is the kind of an age of messages to expire.
func Age() lang.Kind {
	k := Duration()
	k.Sample, k.Range = "10m", "1s or more"
	read := k.Parse
	k.Parse = func(text string) (any, error) {
		d, err := read(text)
		if age, ok := d.(time.Duration); err == nil && ok && age < ageMin {
			err = fmt.Errorf("%q is less than 1s, the unit of the broker", text)
		}
		return d, err
	}
	return k
}

// Partitions is the kind of a number of partitions.
func Partitions() lang.Kind {
	k := Count()
	k.Sample, k.Range = "8", fmt.Sprintf("1 to %d", broker.MaxPartitions)
	k.Parse = numberOf("partitions", broker.MaxPartitions)
	return k
}

// Topics is what a consumer group receives from.
func Topics() lang.Kind {
	return lang.Kind{Name: "TOPICS", Sample: "fast", Forms: "fast, a,b,c, /orders-.*/, /tenant/ns/orders-.*/",
		Doc: "a TOPIC, several separated by commas, or a pattern: /orders-.*/ is all present and future topics of public/default whose names match " +
			"the regular expression, /tenant/ns/orders-.*/ those of another namespace",
		Parse: func(text string) (any, error) {
			_, err := spec.ParseTopics(text)
			return text, err
		}, Complete: completeTopicLists}
}

// Panels is the kind GRAPH: groups and figures of graphs, separated by |.
func Panels() lang.Kind {
	return lang.Kind{Name: "GRAPH", Aliases: []string{"SHOWN"}, Sample: "fast", Forms: "fast, fast sub1, fast latency, fast heat, sub1 backlog, fast.p99, fast | fast latency, off",
		Doc: "groups, figures (rate, latency, service, lag, e2e, processing, backlog and those of METRIC) or metrics; heat shows a distribution over time; | separates graphs; off hides them",
		Parse: func(text string) (any, error) {
			var panels [][]string
			for part := range strings.SplitSeq(text, "|") {
				names := strings.Fields(part)
				if len(names) == 0 {
					return nil, fmt.Errorf("%q has an empty graph next to a |", text)
				}
				panels = append(panels, names)
			}
			if len(panels) > host.PanelsMax {
				return nil, fmt.Errorf("%d graphs exceed the limit of %d", len(panels), host.PanelsMax)
			}
			return panels, nil
		}, Complete: completePanels}
}
