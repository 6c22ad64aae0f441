package commands

import (
	"pulsh/commands/chaos"
	"pulsh/commands/find"
	"pulsh/commands/groups"
	"pulsh/commands/guide"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/commands/look"
	"pulsh/commands/perf"
	"pulsh/commands/report"
	"pulsh/commands/script"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// wholeEntries tells how exact the commands are that move a cursor by a number of messages.
const wholeEntries = "The broker moves by whole entries (batches), so the number is exact to half a batch; messages are estimated as entries × messages per entry. " +
	"All partitions move to one point in time. "

// table returns all commands in the order of the manual. A row has everything that
// parsing, completion, help, the reference and the errors need.
func table() []lang.Command {
	group := lang.Param{Name: "group", Kind: kinds.Group()}
	producer := lang.Param{Name: "group", Kind: kinds.GroupOf(snapshot.Produce, "fast")}
	consumer := lang.Param{Name: "group", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}
	all := lang.Param{Name: "group", Kind: kinds.All()}
	messages := lang.Param{Name: "messages", Kind: kinds.Messages()}
	by := []lang.Param{{Name: "by", Kind: kinds.Duration(), Optional: true}}
	rows := []lang.Command{
		// groups

		{Name: "produce start", Section: host.GroupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: kinds.Start(snapshot.Produce, "fast")}}, kinds.ProducerParams()...),
			Summary: "start a producer group",
			Detail: "Creates a group that sends to the topic of its own name, or starts one that is ready or stopped. Settings apply to either. " +
				"The rate is the total of all workers, whatever their number.",
			Examples: []string{"produce start fast rate=50000", "produce start slow topic=fast rate=300/m size=lognormal(1KiB,0.5) keys=10k"},
			Run:      host.Verb(groups.StartProducer)},
		{Name: "produce stop", Section: host.GroupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: kinds.GroupOf(snapshot.Produce, "fast")}},
			Summary:  "stop a producer group",
			Detail:   "Waits for the receipts of pending sends. The group keeps its settings, and can be started again: its figures then go on, as those of a consumer group do, and its count, for and rate begin anew. reset sets the figures to zero.",
			Examples: []string{"produce stop fast"}, Run: host.Verb(groups.StopGroup(snapshot.Produce))},
		{Name: "consume start", Section: host.GroupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: kinds.Start(snapshot.Consume, "sub1")}}, kinds.ConsumerParams()...),
			Summary: "start a consumer group",
			Detail: "Creates a group that receives the topic of its own name through the subscription of its own name, or starts one that is ready or stopped. " +
				"Settings apply to either. A Pulsar subscription is what Kafka calls a consumer group.",
			Examples: []string{"consume start sub1 topic=fast type=shared workers=4 ack=batched"},
			Run:      host.Verb(groups.StartConsumer)},
		{Name: "transform", Section: host.GroupSection, Changes: true, Params: groups.TransformParams(),
			Summary: "start a consumer group that stores what it receives in another topic, in transactions",
			Detail: "Consume, process, produce: a transaction acknowledges messages in one topic and stores them in the other, or neither. " +
				"It is a consumer group with the settings to and txn (100 if not given); a new subscription begins at the earliest message. Needs a cluster with a transaction coordinator. With engine=wire copies of aborted transactions do not arrive, and many are stored at once; with engine=client brokers deliver them (pulsar-client-go v0.21.0). " +
				"`pulsar-perf transaction --topics-c in --topics-p out` is transform copy from=in to=out txn=1; its -threads is workers, -nmc txn, -tto txn-timeout, -abort txn-abort=100%, -txnRate rate.",
			Examples: []string{"transform copy from=fast to=out txn=100"}, Run: host.Verb(groups.Transform)},
		{Name: "consume stop", Section: host.GroupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}},
			Summary:  "stop a consumer group",
			Detail:   "The subscription stays on the broker and its backlog grows. The group can be started again: its figures then go on, and its count and for begin anew. reset sets the figures to zero.",
			Examples: []string{"consume stop sub1"}, Run: host.Verb(groups.StopGroup(snapshot.Consume))},
		{Name: "read start", Section: host.GroupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: kinds.Start(snapshot.Read, "r1")}}, kinds.ReaderParams()...),
			Summary: "start a reader",
			Detail: "Creates a reader of the topic of its own name, or starts one that is ready or stopped. A reader gets all messages from a place on and has no subscription that stays: " +
				"what others receive is left alone, and each start begins at from= anew. Another reader of the same topic reads all messages too (`clone r1 r2`). " +
				"It is counted and audited as a consumer group is; `until=empty` ends it at the end of the topic.",
			Examples: []string{"read start r1 topic=fast from=earliest", "read start r1 topic=fast from=-5m rate=5k", "read start r1 topic=fast from=earliest until=empty compacted=on"},
			Run:      host.Verb(groups.StartReader)},
		{Name: "read stop", Section: host.GroupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: kinds.GroupOf(snapshot.Read, "r1")}},
			Summary:  "stop a reader",
			Detail:   "It keeps its settings and figures, and can be started again.",
			Examples: []string{"read stop r1"}, Run: host.Verb(groups.StopGroup(snapshot.Read))},
		{Name: "stop", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{{Name: "name", Kind: kinds.Group()}},
			Summary: "stop a group of any kind", Examples: []string{"stop fast"}, Run: host.Verb(groups.Stop)},
		{Name: "stop all", Section: host.GroupSection, Changes: true,
			Summary: "stop all groups immediately, without waiting for pending sends", Detail: "For emergencies: sends without a receipt have an unknown outcome.",
			Examples: []string{"stop all"}, Run: host.Verb(groups.StopAll)},
		{Name: "remove", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{{Name: "group", Kind: kinds.Group()}},
			Summary: "stop a group and remove it", Examples: []string{"remove slow"}, Run: host.Verb(groups.RemoveGroup)},
		{Name: "clone", Section: host.GroupSection, Applies: kinds.Applies, Describe: kinds.Describe, Present: kinds.Present, Changes: true,
			Params:   append([]lang.Param{{Name: "group", Kind: kinds.Group()}, {Name: "name", Kind: groups.CloneName()}}, kinds.GroupParams()...),
			Summary:  "copy a group under a new name",
			Detail:   "The settings on the line differ from the original. The copy of a running group starts at once.",
			Examples: []string{"clone fast faster rate=80k"}, Run: host.Verb(groups.CloneGroup)},
		{Name: "scale", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{group, {Name: "workers", Kind: kinds.Scale()}},
			Summary: "change the number of workers", Detail: "The rate stays the same: the workers share it.",
			Examples: []string{"scale fast +4", "scale fast 8", "scale sub1 -2"}, Run: host.Verb(groups.ScaleGroup)},
		{Name: "rate", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{group, {Name: "rate", Kind: kinds.Change(), Rest: true}},
			Summary: "change the rate",
			Detail: "The new rate starts now, and nothing is sent to catch up. +10%, -5k and x2 change the present rate without a burst; they multiply all rates of a shape, which goes on at its place. " +
				"During a burst a relative change keeps the burst going on the new rate; an absolute rate or a shape ends it. " +
				"The rate of a consumer group is a limit; max takes it away. Messages above the limit wait in the receiver queue and on the broker.",
			Examples: []string{"rate fast ramp(1k..50k,2m)", "rate fast +10%", "rate fast 50k", "rate sub1 5k", "rate sub1 max"}, Run: host.Verb(groups.ChangeRate)},
		{Name: "burst", Section: host.GroupSection, Changes: true,
			Params: []lang.Param{producer, {Name: "factor", Kind: kinds.Factor()},
				{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long; 10s if not given"}},
			Summary: "multiply the rate for a while",
			Detail:  "Then the rate returns to what it was. A new burst replaces the present one, and so does not multiply it.", Examples: []string{"burst fast x5 for=10s"}, Run: host.Verb(groups.Burst)},
		{Name: "pause", Section: host.GroupSection, Changes: true, Params: []lang.Param{all},
			Summary: "pause a group, keeping its connections", Examples: []string{"pause fast", "pause all"}, Run: host.Verb(groups.Pause)},
		{Name: "resume", Section: host.GroupSection, Changes: true, Params: []lang.Param{all},
			Summary: "resume after a pause", Examples: []string{"resume fast", "resume all"}, Run: host.Verb(groups.Resume)},
		{Name: "set", Section: host.GroupSection, Applies: kinds.Applies, Describe: kinds.Describe, Present: kinds.Present, Changes: true, SomeSetting: true,
			Params:  append([]lang.Param{group}, kinds.GroupParams()...),
			Summary: "change settings of a group, running or not",
			Detail: "Settings that Pulsar's client takes only at creation recreate the producers or consumers. The old producers send what they have; no message is lost or sent twice. " +
				"`help produce start` and `help consume start` list the settings.",
			Examples: []string{"set fast size=4KiB compression=zstd batch=500"}, Run: host.Verb(groups.SetGroup)},
		{Name: "seek", Section: host.GroupSection, Disturbs: true, Changes: true,
			Params:  []lang.Param{consumer, {Name: "to", Kind: kinds.Position()}},
			Summary: "move a subscription back or forward",
			Detail: "The group waits, its acknowledgements are sent, and the cursor moves. The delivery check starts a new period, " +
				"so that replayed messages are not counted as duplicates.",
			Examples: []string{"seek sub1 -5m", "seek sub1 earliest"}, Run: host.Verb(groups.Seek)},
		{Name: "reset", Section: host.GroupSection, Changes: true, Params: []lang.Param{all},
			Summary: "reset a group's figures to zero", Examples: []string{"reset fast", "reset all"}, Run: host.Verb(groups.Reset)},
		{Name: "ack", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{consumer, {Name: "ack", Kind: kinds.AckNow()}},
			Summary: "change when messages are acknowledged, or acknowledge those held back",
			Detail: "batched groups acknowledgements, by 1,000 messages or 100 ms; batched(100,10ms) by other limits. immediate sends each at once. delayed(500ms) waits that long after the receipt. " +
				"manual waits for `ack sub1 now`, which acknowledges all messages held back, or `ack sub1 100`, which acknowledges the oldest hundred. cumulative acknowledges a message and all before it " +
				"(exclusive and failover only). A pause keeps messages held back. A stop, a seek and new consumers acknowledge delayed messages and drop manual ones, which Pulsar then redelivers. " +
				"immediate and batched(…) need new consumers, because the client takes them only at creation; the others change without.",
			Examples: []string{"ack sub1 immediate", "ack sub1 delayed(500ms)", "ack sub1 manual", "ack sub1 100", "ack sub1 now", "ack sub1 batched"}, Run: host.Verb(groups.SetAck)},
		{Name: "churn", Section: host.GroupSection, Changes: true,
			Params: []lang.Param{consumer, {Name: "share", Kind: kinds.ChurnShare()},
				{Name: "every", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "from 1s to 24h; 30s if not given"}},
			Summary: "periodically replace a share of the group's consumers",
			Detail: "At least one each time, in turn. Messages in the receiver queue of a closed consumer go to the others; unacknowledged ones are redelivered. " +
				"Nothing is replaced while the group is paused or a command changes it.",
			Examples: []string{"churn sub1 10% every=30s", "churn sub1 off"}, Run: host.Verb(groups.Churn)},
		{Name: "rewind", Section: host.GroupSection, Disturbs: true, Changes: true, Params: []lang.Param{consumer, messages},
			Summary:  "replay the last N messages",
			Detail:   wholeEntries + "Messages that the topic no longer stores cannot be replayed.",
			Examples: []string{"rewind sub1 1000"}, Run: host.Verb(groups.Rewind)},
		{Name: "skip", Section: host.GroupSection, Changes: true, Destroys: true, Params: []lang.Param{consumer, messages},
			Summary:  "skip the oldest N messages in the backlog",
			Detail:   wholeEntries + lang.AsksFirst,
			Examples: []string{"skip sub1 1000"}, Run: host.Verb(groups.Skip)},
		{Name: "clear", Section: host.GroupSection, Changes: true, Destroys: true, Params: []lang.Param{consumer},
			Summary:  "skip all messages in the backlog",
			Detail:   lang.AsksFirst,
			Examples: []string{"clear sub1"}, Run: host.Verb(groups.ClearGroup)},

		// look

		{Name: "graph", Section: host.LookSection,
			Params: []lang.Param{{Name: "shown", Kind: kinds.Panels(), Rest: true, Optional: true},
				{Name: "window", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "time from the left edge to the right, 5s to 24h; default 1m"},
				{Name: "scale", Kind: kinds.ScaleWords(), Keyed: true, Optional: true, Doc: "of the value axis: one for all graphs, or one for each as in linear|log"},
				{Name: "layout", Kind: kinds.Layout(), Keyed: true, Optional: true,
					Doc: "of several graphs; auto puts two side by side on 140 columns or more"}},
			Summary: "choose what the graph shows",
			Detail: "Without words it shows the rates of all groups; with settings alone it keeps what it shows. " +
				"A graph has up to six lines, and the screen up to four graphs, separated by |. Lines differ in stroke as well as colour; " +
				"the faint one is the target. Dots reach from a line to the lowest and the highest value of a column. " +
				"The time axis marks commands (▲), your marks (◆), reconnects (●) and errors (×), numbered and listed below. " +
				"heat shows the distribution of a latency over time. " +
				"graph freeze, graph back 5m, graph forward 1m and graph live, or PgUp and PgDn on an empty line, move through the past. Figures are kept every tenth of a " +
				"second for ten minutes, and every second for a day. Without a UTF-8 locale, and on the Linux console, graphs are drawn in ASCII.",
			Examples: []string{"graph fast", "graph fast sub1", "graph fast latency", "graph fast latency scale=log", "graph sub1 backlog window=5m", "graph fast heat",
				"graph fast | fast latency", "graph fast | fast latency scale=linear|log layout=stacked", "graph process.cpu window=24h", "graph off"},
			Run: host.Verb(look.Graph)},
		{Name: "graph freeze", Section: host.LookSection, Summary: "freeze the graph",
			Detail:   "The right edge shows the time at which it was frozen. Status rows and load go on.",
			Examples: []string{"graph freeze"}, Run: host.Verb(look.Freeze)},
		{Name: "graph back", Section: host.LookSection, Params: by, Summary: "move the graph back in time",
			Detail: "Without a duration it moves by three quarters of its window, as PgUp on an empty line.", Examples: []string{"graph back", "graph back 5m"}, Run: host.Verb(look.ScrollBy(-1))},
		{Name: "graph forward", Section: host.LookSection, Params: by, Summary: "move the graph forward in time, at most to now",
			Detail: "Without a duration it moves by three quarters of its window, as PgDn on an empty line.", Examples: []string{"graph forward 1m"}, Run: host.Verb(look.ScrollBy(1))},
		{Name: "graph live", Section: host.LookSection, Summary: "follow the present again", Examples: []string{"graph live"}, Run: host.Verb(look.Live)},
		{Name: "heat", Section: host.LookSection,
			Params: []lang.Param{{Name: "group", Kind: kinds.Group()}, {Name: "figure", Kind: lang.Words(host.Distributions()...), Optional: true},
				{Name: "window", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "time from the left edge to now, 5s to 24h; default that of the graph"}},
			Summary: "latency heat map over time",
			Detail: "Time goes to the right and latency up; the shade of a cell is its share of the messages in the column. " +
				"It shows stalls, second modes and slow tails that a percentile hides. Distributions are kept every second for ten minutes, and every ten seconds " +
				"for a day. graph fast heat shows the same live.",
			Examples: []string{"heat fast", "heat fast service", "heat sub1 e2e window=5m"}, Run: host.Verb(look.Heat)},
		{Name: "status", Section: host.LookSection, Summary: "print the figures of all groups on one line", Examples: []string{"status"}, Run: host.Verb(look.Status)},
		{Name: "list", Section: host.LookSection, Summary: "list the groups", Examples: []string{"list"}, Run: host.Verb(look.List)},
		{Name: "show", Section: host.LookSection, Params: []lang.Param{{Name: "group", Kind: kinds.Group()}},
			Summary:  "show a group's settings and results",
			Examples: []string{"show fast"}, Run: host.Verb(look.Show)},
		{Name: "show session", Section: host.LookSection, Summary: "show the session's settings and where each was set",
			Detail:   "Precedence: flags, environment, profile, client.conf, defaults.",
			Examples: []string{"show session"}, Run: host.Verb(look.ShowSession)},
		{Name: "workers", Section: host.LookSection, Params: []lang.Param{group}, Summary: "show the workers of a group",
			Examples: []string{"workers fast"}, Run: host.Verb(look.ShowWorkers)},
		{Name: "errors", Section: host.LookSection, Params: []lang.Param{group}, Summary: "show a group's failures by category, each with its first and last message",
			Examples: []string{"errors fast"}, Run: host.Verb(look.ShowErrors)},
		{Name: "hist", Section: host.LookSection,
			Params:  []lang.Param{{Name: "group", Kind: kinds.Group()}, {Name: "figure", Kind: lang.Words(host.Distributions()...), Optional: true}},
			Summary: "show latency distributions as bars and percentiles",
			Detail: "A producer group has latency (due to acked), service (sent to acked) and lag (due to sent: pulsh's own); " +
				"a consumer group has e2e (due to received) and processing (received to acked). Without a figure all are shown side by side.",
			Examples: []string{"hist fast", "hist fast service", "hist sub1 e2e"}, Run: host.Verb(look.Hist)},
		{Name: "delivery", Aliases: []string{"ledger"}, Section: host.LookSection, Params: []lang.Param{{Name: "group", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}},
			Summary: "account for every message: lost, duplicated, redelivered, out of order",
			Detail: "The figures count from the last start, seek or rebuild of the consumers; earlier periods are summed up in one line. " +
				"A message is lost when it can no longer arrive, a gap when later ones arrived and it still may, and outstanding when it was acked after the last one received. " +
				"A send that failed has an unknown outcome: the broker may have stored it.",
			Examples: []string{"delivery sub1"}, Run: host.Verb(look.ShowDelivery)},
		{Name: "backlog", Section: host.LookSection, Params: []lang.Param{{Name: "group", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}},
			Summary:  "show the backlog by topic and partition",
			Detail:   "Takes a second: rates are computed from two readings, because the broker's own are averages over a minute.",
			Examples: []string{"backlog sub1"}, Run: host.Verb(look.ShowBacklog)},
		{Name: "keys", Section: host.LookSection, Params: []lang.Param{{Name: "group", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}},
			Summary: "show how messages and keys are distributed over the workers",
			Detail: "For each worker: the messages its consumer received, the number of distinct keys (estimated to 1 %), " +
				"and with key_shared its share of the 65,536 hash values of keys. The broker divides them; with sticky=on pulsh does, evenly.",
			Examples: []string{"keys sub1"}, Run: host.Verb(look.ShowKeys)},
		{Name: "top", Section: host.LookSection, Summary: "show pulsh's own CPU, memory and GC",
			Detail: "graph and expect take the same figures: process.cpu, process.memory, process.goroutines, process.gc, process.gc.p50, " +
				"process.gc.max, process.collections and process.cpupermillion. The embedded broker runs in this process: " +
				"cpu has both, and broker (process.broker) and pulsh tell them apart, by a CPU profile whose samples are counted; not with --pprof or --cpuprofile.",
			Examples: []string{"top"}, Run: host.Verb(look.Top)},

		// scripts

		{Name: "run", Section: host.ScriptSection, Waits: true, Offline: true, Params: []lang.Param{{Name: "file", Kind: lang.FileKind()}}, Assigns: true,
			Summary: "run a script",
			Detail: "The script, with all scripts that it runs, is checked before its first line runs. It ends at its first error. " +
				"File names in a script are relative to it. NAME=VALUE sets variables of the script, which its own let does not change.",
			Examples: []string{"run examples/smoke.pulsh", "run examples/smoke.pulsh rate=2k"}, Prepare: lang.PrepareRun, Run: lang.RunPasses},
		{Name: "repeat", Section: host.ScriptSection, Waits: true, Offline: true, Params: []lang.Param{{Name: "times", Kind: kinds.Repeat()}, {Name: "file", Kind: lang.FileKind()}}, Assigns: true,
			Summary: "run a script N times", Examples: []string{"repeat 2 examples/step.pulsh w=2"}, Prepare: lang.PrepareRepeat, Run: lang.RunPasses},
		{Name: "for", Section: host.ScriptSection, Waits: true, Offline: true, Assigns: true,
			Params:  []lang.Param{{Name: "name", Kind: kinds.Variable()}, {Name: "in", Kind: kinds.In()}, {Name: "values", Kind: kinds.Values(), Rest: true}},
			Summary: "run a script once for each value of a variable", Examples: []string{"for w in 1 2 4 8 run examples/step.pulsh"},
			Prepare: lang.PrepareFor, Run: lang.RunPasses},
		{Name: "let", Section: host.ScriptSection, Offline: true, Assigns: true,
			Summary: "set variables, or list them",
			Detail: "The lines that follow use the value as $rate or ${rate}, within \"…\" too, but not within '…'; $$ is a dollar sign. " +
				"Variables are substituted when a script is read. A let is a default: an argument of run, --set rate=20k and PULSH_VAR_RATE in the environment override it, in this order. " +
				"A script sees its own variables and those of its callers. Variables are shown and recorded: keep secrets out of them. " +
				"let best=find … takes the highest rate that held, and let took=wait until … or wait done the time that it took; lines that use such a value are checked with a sample of it, and again when they run. " +
				"A variable of a flag makes such a command needless. --json has them as run.results.",
			Examples: []string{"let rate=20k", "let"}, Prepare: lang.PrepareLet, Run: lang.Let},
		{Name: "wait until", Section: host.ScriptSection, Waits: true, Result: "1s",
			Params: []lang.Param{{Name: "condition", Kind: kinds.Condition(), Rest: true},
				{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long it must be true without a break"},
				{Name: "timeout", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "when to give up; default 5m"}},
			Summary: "wait until a condition is true", Detail: "`wait until sub1 idle 10s` waits until a group has sent or received nothing for so long, and `wait until sub1 empty` until its backlog is empty.",
			Examples: []string{"wait until fast.rate>1k timeout=30s", "wait until fast.p99<1s and sub1.backlog<5k", "wait until fast.p99<1s for=5s", "wait until sub1 idle 1s timeout=30s"}, Run: host.Verb(script.WaitUntil)},
		{Name: "wait done", Section: host.ScriptSection, Waits: true, Result: "1s",
			Params: []lang.Param{{Name: "groups", Kind: kinds.Groups(), Rest: true, Optional: true},
				{Name: "timeout", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "when to give up; default: never"}},
			Summary: "wait until groups have stopped by themselves",
			Detail: "Without names it waits for all groups with a count, for or until. It fails if a group is stopped in another way. " +
				"A group that is done keeps its settings and figures, and can be started again.",
			Examples: []string{"wait done", "wait done fast timeout=10m"}, Run: host.Verb(script.WaitDone)},
		{Name: "wait", Section: host.ScriptSection, Waits: true, Offline: true, Params: []lang.Param{{Name: "duration", Kind: kinds.Duration()}},
			Summary: "wait for a while", Detail: "--speed 2 halves it.", Examples: []string{"wait 2s"}, Run: lang.Wait},
		{Name: "at", Section: host.ScriptSection, Waits: true, Offline: true, Params: []lang.Param{{Name: "at", Kind: lang.InstantKind()}},
			Summary: "wait until an offset in the script's timeline",
			Detail: "record writes it for pauses. Offsets count from the start of the script, so slow lines do not delay later ones; " +
				"`wait` counts from the end of the line before it. --speed 2 halves all of them. The summary gives the largest delay.",
			Examples: []string{"at +2s", "at 2s"}, Run: lang.At},
		{Name: "expect", Section: host.ScriptSection, Waits: true,
			Params: []lang.Param{{Name: "condition", Kind: kinds.Condition(), Rest: true},
				{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long it must stay true"},
				{Name: "within", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long it may take to become true"}},
			Summary: "fail if a condition is not true", Detail: "Prints PASS or FAIL with the measured values. Without for and within it is tested once.",
			Examples: []string{"expect fast.p99<1s for=1s", "expect fast.rate>1k within=10s", "expect sub1.lost=0 and sub1.duplicated=0"}, Run: host.Verb(script.Expect)},
		{Name: "warmup until", Section: host.ScriptSection, Waits: true,
			Params: []lang.Param{{Name: "condition", Kind: kinds.Condition(), Rest: true},
				{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long it must stay true"},
				{Name: "timeout", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "when to give up; default 5m"}},
			Summary:  "leave out what is measured until a condition is true",
			Detail:   "As warmup. It fails, and leaves nothing out, if the condition is not true in time.",
			Examples: []string{"warmup until fast.p99<1s for=1s timeout=1m"}, Run: host.Verb(script.WarmupUntil)},
		{Name: "warmup", Section: host.ScriptSection, Waits: true, Params: []lang.Param{{Name: "duration", Kind: kinds.Duration()}},
			Summary: "leave out what is measured during a time",
			Detail: "At its end the figures of all groups are reset, so that totals, distributions, schedules and reports begin there. Guards say nothing meanwhile. " +
				"The delivery check goes on: messages of the warm-up that are on their way are expected, and judged when they arrive. Counts of count= go on too. The time axis has a mark at both ends.",
			Examples: []string{"warmup 2s"}, Run: host.Verb(script.Warmup)},
		{Name: "find", Section: host.ScriptSection, Waits: true, Result: "1k", Changes: true,
			Params: []lang.Param{{Name: "figure", Kind: find.Figure()}, {Name: "where", Kind: find.Where()}, {Name: "condition", Kind: kinds.Condition(), Rest: true},
				{Name: "within", Kind: find.Precision(), Keyed: true, Optional: true, Doc: "how far the result may be from the lowest rate that fails; default 5%"},
				{Name: "hold", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long a rate must hold; default 10s"},
				{Name: "from", Kind: find.Rate(), Keyed: true, Optional: true, Doc: "the first rate; default 1k"},
				{Name: "to", Kind: find.Rate(), Keyed: true, Optional: true, Doc: "the highest rate; default: no limit"}},
			Summary: "search the highest rate of a producer group at which a condition holds",
			Detail: "Doubles the rate until one fails, then halves the distance. The lowest rate that failed is tried once more at the end: if it holds, the search goes on above it. A rate holds if the condition is true for all but a fifth of the time, after 3s of settling, and neither pending messages nor backlogs grow. " +
				"A probe ends at once when a backlog grows or the group is a second behind; what it left is drained before the next. Each probe is marked on the time axis. " +
				"Guards say nothing meanwhile. At the end the group keeps the highest rate that held. --json has the probes as finds.",
			Examples: []string{"find fast.rate where fast.p99<1s and sub1.backlog<5k from=1k to=2k hold=2s"}, Run: host.Verb(find.Find)},
		{Name: "guard", Section: host.ScriptSection,
			Params: []lang.Param{{Name: "condition", Kind: kinds.Guard(), Rest: true, Optional: true},
				{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long it may be untrue before the guard is broken; at once if not given"}},
			Summary: "watch a condition beside the script, or list the guards",
			Detail: "Every sample is compared with it, ten times a second, until unguard or the end. A comparison counts while its group runs and its value is known. " +
				"A guard that is broken is told in a note, marked on the time axis, a failed test in --json and --junit, and makes the exit code 1. " +
				"With abort after the condition it also stops all groups, the producer groups first, and ends the script.",
			Examples: []string{"guard fast.p99<1s", "guard fast.p99<1s and sub1.backlog<100k for=5s abort", "guard"}, Run: host.Verb(script.Guard)},
		{Name: "unguard", Section: host.ScriptSection, Params: []lang.Param{{Name: "guard", Kind: kinds.GuardNumber(), Optional: true}},
			Summary: "end the watch over a guard, or over all guards", Detail: "A guard that held is a passed test then. Without a number it ends all.",
			Examples: []string{"unguard 1", "unguard all"}, Run: host.Verb(script.Unguard)},
		{Name: "mark", Section: host.ScriptSection, Offline: true, Params: []lang.Param{{Name: "text", Kind: lang.TextKind(), Rest: true}},
			Summary: "put a mark on the time axis", Examples: []string{`mark "before the fix"`}, Run: host.Verb(script.Mark)},
		{Name: "record", Section: host.ScriptSection,
			Params:  append([]lang.Param{{Name: "file", Kind: kinds.NewFile()}}, lang.ForceParams()...),
			Summary: "record the lines you type as a script",
			Detail: "Every line is written before it runs, with an `at` for the pause before it, so a crash loses nothing. " +
				"A line that fails becomes a comment, unless it is an expect. force overwrites an existing file.",
			Examples: []string{"record mine.pulsh force"}, Run: lang.Record},
		{Name: "record stop", Section: host.ScriptSection, Offline: true, Summary: "stop recording", Examples: []string{"record stop"}, Run: lang.RecordStop},

		// profiles

		{Name: "save", Section: host.ProfileSection, Params: append([]lang.Param{{Name: "name", Kind: script.SaveName()}}, lang.ForceParams()...),
			Summary: "save the connection, the graph and all groups as a profile",
			Detail: "Writes a file that only you can read. Asks before it replaces one, unless force is given. " +
				"Comments of the old file stay at their keys. Secrets are never saved: of a token, only the name of its file or variable.",
			Examples: []string{"save mine", "save mine force"}, Run: host.Verb(script.Save)},
		{Name: "load", Section: host.ProfileSection, Changes: true, Params: []lang.Param{{Name: "profile", Kind: kinds.Profile()}},
			Summary:  "load a profile; its groups are ready to start",
			Detail:   "produce start and consume start start them. Connects to the profile's cluster if there is no connection yet.",
			Examples: []string{"load low"}, Run: host.Verb(script.Load)},
		{Name: "profile show", Section: host.ProfileSection, Offline: true, Params: []lang.Param{{Name: "profile", Kind: kinds.Profile()}},
			Summary: "print a profile, defaults included", Examples: []string{"profile show low"}, Run: host.Verb(script.ShowProfile)},
		{Name: "profile delete", Section: host.ProfileSection, Offline: true, Params: append([]lang.Param{{Name: "profile", Kind: kinds.Saved()}}, lang.ForceParams()...),
			Summary: "delete a saved profile", Detail: "Asks first, unless force is given.",
			Examples: []string{"profile delete mine"}, Run: host.Verb(script.DeleteProfile)},
		{Name: "profiles", Section: host.ProfileSection, Offline: true, Summary: "list the profiles", Examples: []string{"profiles"}, Run: host.Verb(script.ListProfiles)},
		{Name: "history", Section: host.ProfileSection, Offline: true,
			Params:  []lang.Param{{Name: "what", Kind: kinds.Past(), Rest: true, Optional: true}},
			Summary: "list previous commands",
			Detail: "A number limits the list; any other text selects the lines that contain it. !12 inserts the line with that number, !! the last one, " +
				"!pro the newest that begins with pro. Ctrl-R searches as you type. A line that begins with a blank is not kept.",
			Examples: []string{"history", "history 20", "history rate"}, Run: host.Verb(look.History)},

		// export

		{Name: "export", Section: host.ExportSection,
			Params:  append([]lang.Param{{Name: "file", Kind: kinds.Export(), Optional: true}}, lang.ForceParams()...),
			Summary: "export the session; the extension picks the format (.html .json .csv .prom .hlog)",
			Detail: "Without a name it writes a page, pulsh-DATE-TIME.html. " +
				".html is one page with graphs, settings, environment, timeline, expectations and a script that repeats the run; it needs no network. " +
				".json has all of that for programs and for compare: version (2), title, start, end, elapsed_seconds, environment, cluster, columns (name in CSV, metric, unit and meaning of each), " +
				"samples (from, step_seconds, count), groups, total, process, timeline, lines, checks and script. A group has its settings, figures of the last sample by metric, " +
				"distributions (total and last second in ms, and every counter), failures, workers, and series: one value per second and metric, null if unknown; " +
				"durations are the maximum of the second, rates its mean, counts the value at its end. " +
				".csv has a row for each second and group with the same columns, which carry their units, and at the end a row with the final figures of each group; times are RFC 3339. " +
				".prom is the last sample in the text format of Prometheus, in seconds and bytes. " +
				".hlog is a log for HistogramLogProcessor: a histogram per second, or per 2, 4, 8… seconds of long runs, since the start or reset of each group; " +
				"tags such as fast.latency name group and distribution, values are in microseconds; where there are several clusters, comments at the head tell that of each group. " +
				"A failed export leaves no file.",
			Examples: []string{"export", "export run.html", "export run.json", "export seconds.csv force", "export run.prom", "export run.hlog"}, Run: host.Verb(report.ExportFile)},
		{Name: "stream", Section: host.ExportSection,
			Params: append([]lang.Param{{Name: "file", Kind: kinds.Stream()},
				{Name: "every", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how often, 100ms to 1h; default 1s"}}, lang.ForceParams()...),
			Summary: "append the figures of all groups to a file, periodically",
			Detail: "JSON Lines (.jsonl) or CSV (.csv), one record per interval and group, with the columns of export; the last column of CSV is the cluster of the group. A record covers the whole interval: durations are its maximum, " +
				"rates its mean. `-` is standard output as JSON Lines, unless it is a terminal. A full disk ends the stream with a note; the load goes on.",
			Examples: []string{"stream run.jsonl", "stream run.csv every=10s"}, Run: host.Verb(report.StreamStart)},
		{Name: "stream stop", Section: host.ExportSection, Offline: true, Summary: "stop the stream", Examples: []string{"stream stop"}, Run: host.Verb(report.StreamStop)},
		{Name: "metrics serve", Section: host.ExportSection, Offline: true,
			Params: []lang.Param{{Name: "address", Kind: kinds.Address(), Optional: true},
				{Name: "remote", Kind: kinds.On(), Keyed: true, Optional: true, Doc: "on lets other machines reach it, where the address says so"}},
			Summary: "serve metrics to Prometheus",
			Detail: "At " + kinds.MetricsAddress + " if no address is given. Durations are histograms that can be added up over groups and processes, and beside them summaries with the exact " +
				"quantiles of the last second. An address that other machines can reach needs remote=on.",
			Examples: []string{"metrics serve", "metrics serve 127.0.0.1:9096"}, Run: host.Verb(report.MetricsServe)},
		{Name: "metrics stop", Section: host.ExportSection, Offline: true, Summary: "end serving metrics", Examples: []string{"metrics stop"}, Run: host.Verb(report.MetricsStop)},
		{Name: "compare", Section: host.ExportSection, Offline: true,
			Params:   []lang.Param{{Name: "a", Kind: kinds.Report()}, {Name: "b", Kind: kinds.Report()}},
			Summary:  "put two exported runs side by side",
			Detail:   "Medians of the values a second, with the least and the most. A figure is better or worse when the middle halves of its values do not touch and the medians are 2 % apart.",
			Examples: []string{"compare a.json b.json"}, Run: host.Verb(report.Compare)},
		{Name: "diff", Section: host.ExportSection,
			Params:  []lang.Param{{Name: "mark", Kind: kinds.Mark()}, {Name: "later", Kind: kinds.Mark(), Optional: true}},
			Summary: "compare before and after a mark",
			Detail: "With one mark: from the mark before it (or the start) to it, beside it to the next mark or now. With two: what followed the first, up to the next mark, " +
				"beside what followed the second. Marks are those of the mark command.",
			Examples: []string{`diff "before the fix"`, `diff "before the fix" "after the fix"`}, Run: host.Verb(report.Diff)},
	}
	rows = append(append(rows, clusterRows()...), []lang.Command{
		// general

		{Name: "help", Aliases: []string{"?"}, Section: host.GeneralSection, Offline: true,
			Params:   []lang.Param{{Name: "about", Kind: guide.Topic(language), Rest: true, Optional: true}},
			Summary:  "explain a command, a setting, a metric or a kind of value",
			Examples: []string{"help", "help produce start", "help batch", "help p99", "help RATE", "help all"}, Run: guide.Help},
		{Name: lang.ShellCommand, Section: host.GeneralSection, Offline: true,
			Params:  []lang.Param{{Name: "line", Kind: perf.Line(kinds.Group()), Rest: true}},
			Summary: "explain a command line of pulsar-perf as lines of pulsh, or a group as one of pulsar-perf",
			Detail: "Quotes and \\ are those of a system shell, so a command line can be pasted; variables of pulsh are not filled in. What stands before pulsar-perf is left out. " +
				"Flags without an equal are named, with the reason. Nothing is run. The reference has a table of all flags.",
			Examples: []string{"explain pulsar-perf produce -r 10000 -s 512 -n 4 my-topic", "explain fast"}, Run: host.Verb(perf.Explain)},
		{Name: "set session", Section: host.GeneralSection, Offline: true, SomeSetting: true,
			Params:  kinds.SettingParams(spec.PreferenceSettings(), spec.DefaultPreferences),
			Summary: "change session settings",
			Detail: "Status figures turn yellow at a -warn limit and red at a -fail limit; off removes a limit. " +
				"The load does not change.",
			Examples: []string{"set session refresh=100ms", "set session p99-warn=20ms p99-fail=100ms", "set session rate-warn=98% backlog-fail=1M", "set session behind=allowed"},
			Run:      host.Verb(look.SetSession)},
		{Name: "demo", Section: host.GeneralSection, Waits: true, Changes: true,
			Summary: "guided tour (about a minute) on the connected cluster",
			Detail: "Its groups use a topic of their own, which is deleted at the end. A line explains each step. " +
				"Ctrl-C ends it.",
			Examples: []string{"demo"}, Run: host.Verb(script.Demo)},
		{Name: "quit", Aliases: []string{"exit"}, Section: host.GeneralSection, Offline: true, Summary: "end the session",
			Detail: "Stops all groups and prints their totals.", Examples: []string{"quit"}, Run: quit},
	}...)
	return append(rows, chaos.Commands()...)
}
