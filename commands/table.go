package commands

import (
	"pulsh/commands/cluster"
	"pulsh/commands/groups"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/commands/look"
	"pulsh/commands/report"
	"pulsh/commands/script"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

// wholeEntries explains how the commands that count messages move a cursor.
const wholeEntries = "The broker moves by whole entries, that is batches, so it is right to half a batch; messages are entries times the messages in an entry. " +
	"All partitions move to one instant. "

// table lists all commands, in the order of the manual. Everything that is known
// about a command is in its row: parsing, completion, help, the reference and the
// argument errors come from it.
func table() []lang.Command {
	group := lang.Param{Name: "group", Kind: kinds.Group()}
	producer := lang.Param{Name: "group", Kind: kinds.GroupOf(snapshot.Produce, "fast")}
	consumer := lang.Param{Name: "group", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}
	all := lang.Param{Name: "group", Kind: kinds.All()}
	messages := lang.Param{Name: "messages", Kind: kinds.Messages()}
	by := []lang.Param{{Name: "by", Kind: kinds.Duration(), Optional: true}}
	force := lang.Param{Name: "force", Kind: kinds.On(), Keyed: true, Optional: true, Doc: "on replaces a file that is there"}
	topic := cluster.TopicParam()
	sub := lang.Param{Name: "sub", Kind: kinds.Subscription()}
	from := lang.Words("latest", "earliest")
	namespace, path, variable, partitions := kinds.Namespace(), kinds.TokenFile(), kinds.TokenVariable(), kinds.Partitions()
	return []lang.Command{
		// groups

		{Name: "produce start", Section: host.GroupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: kinds.Start(snapshot.Produce, "fast")}}, kinds.ProducerParams()...),
			Summary: "start a producer group",
			Detail: "Makes a group that sends to the topic of its own name, or starts one that is ready or stopped, with the settings given. " +
				"The rate is that of all its workers together, whatever their number.",
			Examples: []string{"produce start fast rate=50000", "produce start slow topic=fast rate=300/m size=lognormal(1KiB,0.5) keys=10k"},
			Run:      host.Verb(groups.StartProducer)},
		{Name: "produce stop", Section: host.GroupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: kinds.GroupOf(snapshot.Produce, "fast")}},
			Summary:  "end a producer group's sending",
			Detail:   "Waits for the answers to what was sent. The group keeps its settings and figures, and can be started again.",
			Examples: []string{"produce stop fast"}, Run: host.Verb(groups.StopGroup(snapshot.Produce))},
		{Name: "consume start", Section: host.GroupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: kinds.Start(snapshot.Consume, "sub1")}}, kinds.ConsumerParams()...),
			Summary: "start a consumer group",
			Detail: "Makes a group that receives the topic of its own name under the subscription of its own name, or starts one that is ready or stopped, " +
				"with the settings given. What Kafka calls a consumer group is a subscription here.",
			Examples: []string{"consume start sub1 topic=fast type=shared workers=4 ack=batched"},
			Run:      host.Verb(groups.StartConsumer)},
		{Name: "consume stop", Section: host.GroupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}},
			Summary:  "end a consumer group's receiving",
			Detail:   "The subscription stays in the broker and its backlog grows. The group can be started again.",
			Examples: []string{"consume stop sub1"}, Run: host.Verb(groups.StopGroup(snapshot.Consume))},
		{Name: "stop all", Section: host.GroupSection, Changes: true,
			Summary: "end all groups at once, without a flush", Detail: "For emergencies: answers that are still on their way are not waited for.",
			Examples: []string{"stop all"}, Run: host.Verb(groups.StopAll)},
		{Name: "remove", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{{Name: "group", Kind: kinds.Group()}},
			Summary: "end a group and forget it", Examples: []string{"remove slow"}, Run: host.Verb(groups.RemoveGroup)},
		{Name: "clone", Section: host.GroupSection, Applies: kinds.Applies, Changes: true,
			Params:   append([]lang.Param{{Name: "group", Kind: kinds.Group()}, {Name: "name", Kind: groups.CloneName()}}, kinds.GroupParams()...),
			Summary:  "make a group with the settings of another",
			Detail:   "The settings given are changed. The copy of a running group is started.",
			Examples: []string{"clone fast faster rate=80k"}, Run: host.Verb(groups.CloneGroup)},
		{Name: "scale", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{group, {Name: "workers", Kind: kinds.Scale()}},
			Summary: "change the number of workers", Detail: "The rate stays what it is: workers share it.",
			Examples: []string{"scale fast +4", "scale fast 8", "scale sub1 -2"}, Run: host.Verb(groups.ScaleGroup)},
		{Name: "rate", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{group, {Name: "rate", Kind: kinds.Change(), Rest: true}},
			Summary: "change the rate from now on",
			Detail: "What was due before is not made up for, and nothing bursts. A consumer group takes so many messages at most, and all with max; " +
				"the others wait in the client's queue and in the broker.",
			Examples: []string{"rate fast ramp(1k..50k,2m)", "rate fast +10%", "rate fast 50k", "rate sub1 5k", "rate sub1 max"}, Run: host.Verb(groups.ChangeRate)},
		{Name: "burst", Section: host.GroupSection, Changes: true,
			Params: []lang.Param{producer, {Name: "factor", Kind: kinds.Factor()},
				{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long; 10s if not given"}},
			Summary: "multiply the rate for a while", Examples: []string{"burst fast x5 for=10s"}, Run: host.Verb(groups.Burst)},
		{Name: "pause", Section: host.GroupSection, Changes: true, Params: []lang.Param{all},
			Summary: "hold a group back; its connections stay", Examples: []string{"pause fast", "pause all"}, Run: host.Verb(groups.Pause)},
		{Name: "resume", Section: host.GroupSection, Changes: true, Params: []lang.Param{all},
			Summary: "go on after pause", Examples: []string{"resume fast", "resume all"}, Run: host.Verb(groups.Resume)},
		{Name: "set", Section: host.GroupSection, Applies: kinds.Applies, Changes: true, SomeSetting: true,
			Params:  append([]lang.Param{group}, kinds.GroupParams()...),
			Summary: "change settings while the load runs",
			Detail: "What the client takes only at creation is made anew behind the scenes: the old lanes send what they have, and none is lost or sent twice. " +
				"`help produce start` and `help consume start` list the settings.",
			Examples: []string{"set fast size=4KiB compression=zstd batch=500"}, Run: host.Verb(groups.SetGroup)},
		{Name: "seek", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{consumer, {Name: "to", Kind: kinds.When()}},
			Summary: "move a subscription back or forward",
			Detail: "The group is held back, its acknowledgements leave, the cursor moves, and the ledger opens a new epoch, " +
				"so that what comes again is not called a duplicate.",
			Examples: []string{"seek sub1 -5m", "seek sub1 earliest"}, Run: host.Verb(groups.Seek)},
		{Name: "reset", Section: host.GroupSection, Changes: true, Params: []lang.Param{all},
			Summary: "set a group's figures to zero", Examples: []string{"reset fast", "reset all"}, Run: host.Verb(groups.Reset)},
		{Name: "ack", Section: host.GroupSection, Changes: true,
			Params:  []lang.Param{consumer, {Name: "ack", Kind: kinds.AckNow()}},
			Summary: "change when messages are acknowledged, or acknowledge what is held back",
			Detail: "batched sends acknowledgements in groups of 1,000 or 100 ms, batched(100,10ms) in others; immediate sends each at once; delayed(500ms) waits so long from the receipt on; " +
				"manual waits for `ack sub1 now`, which acknowledges all that is held back, or `ack sub1 100`, the oldest hundred; cumulative acknowledges with one message all before it " +
				"(exclusive and failover). A pause leaves what is held back as it is. A stop, a seek and new consumers acknowledge what is delayed and give up what waits for the user, which then comes again. " +
				"immediate and batched(…) need new consumers, as the client takes them only at creation; the others change under the running load.",
			Examples: []string{"ack sub1 immediate", "ack sub1 delayed(500ms)", "ack sub1 manual", "ack sub1 100", "ack sub1 now", "ack sub1 batched"}, Run: host.Verb(groups.SetAck)},
		{Name: "churn", Section: host.GroupSection, Changes: true,
			Params: []lang.Param{consumer, {Name: "share", Kind: kinds.ChurnShare()},
				{Name: "every", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "from 1s to 24h; 30s if not given"}},
			Summary: "close a share of a group's consumers regularly and subscribe others in their places",
			Detail: "At least one each time, in turn. What a consumer had been pushed ahead goes to the others; what it had not acknowledged comes again. " +
				"No round takes place while the group is paused or a command works on it.",
			Examples: []string{"churn sub1 10% every=30s", "churn sub1 off"}, Run: host.Verb(groups.Churn)},
		{Name: "rewind", Section: host.GroupSection, Changes: true, Params: []lang.Param{consumer, messages},
			Summary:  "receive a number of messages again",
			Detail:   wholeEntries + "What the topic has given up cannot come again.",
			Examples: []string{"rewind sub1 1000"}, Run: host.Verb(groups.Rewind)},
		{Name: "skip", Section: host.GroupSection, Changes: true, Destroys: true, Params: []lang.Param{consumer, messages},
			Summary:  "pass over the oldest messages that wait for a consumer group",
			Detail:   wholeEntries + lang.AsksFirst,
			Examples: []string{"skip sub1 1000"}, Run: host.Verb(groups.Skip)},
		{Name: "clear", Section: host.GroupSection, Changes: true, Destroys: true, Params: []lang.Param{consumer},
			Summary:  "pass over all messages that wait for a consumer group",
			Detail:   lang.AsksFirst,
			Examples: []string{"clear sub1"}, Run: host.Verb(groups.ClearGroup)},

		// look

		{Name: "graph", Section: host.LookSection,
			Params: []lang.Param{{Name: "shown", Kind: kinds.Panels(), Rest: true, Optional: true},
				{Name: "window", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "from the left edge to the right one, 5s to 24h; 1m if not given"},
				{Name: "scale", Kind: kinds.ScaleWords(), Keyed: true, Optional: true, Doc: "of the values; one for all graphs or one for each, as in linear|log"},
				{Name: "layout", Kind: kinds.Layout(), Keyed: true, Optional: true,
					Doc: "of several graphs; auto puts two side by side from 140 columns on"}},
			Summary: "choose what the graph shows",
			Detail: "Without words it shows the rates of all groups; with settings alone it goes on with what it shows. " +
				"Up to six lines share a graph, and up to four graphs the screen, with | between them. Each line has a stroke of its own beside its colour; " +
				"the faint one is the target. Dots reach from a line to the lowest and the highest value within a column. " +
				"On the time axis stand what was typed (▲), your marks (◆), reconnects (●) and errors (×), numbered and explained below. " +
				"heat shows how the latencies of each moment were spread. " +
				"graph freeze, graph back 5m, graph forward 1m and graph live, or PgUp and PgDn on an empty line, look at the past; what is kept is ten minutes by tenths of a " +
				"second and a day by seconds. Where the locale is not UTF-8, or on the Linux console, everything is drawn in ASCII.",
			Examples: []string{"graph fast", "graph fast sub1", "graph fast latency", "graph fast latency scale=log", "graph sub1 backlog window=5m", "graph fast heat",
				"graph fast | fast latency", "graph fast | fast latency scale=linear|log layout=stacked", "graph process.cpu window=24h", "graph off"},
			Run: host.Verb(look.Graph)},
		{Name: "graph freeze", Section: host.LookSection, Summary: "stop the graph where it is",
			Detail:   "The graph says that it is frozen and its right edge says since when; status rows and load go on.",
			Examples: []string{"graph freeze"}, Run: host.Verb(look.Freeze)},
		{Name: "graph back", Section: host.LookSection, Params: by, Summary: "move the graph back in time",
			Detail: "Without a span it goes by most of its window, as PgUp does on an empty line.", Examples: []string{"graph back", "graph back 5m"}, Run: host.Verb(look.ScrollBy(-1))},
		{Name: "graph forward", Section: host.LookSection, Params: by, Summary: "move the graph forward in time, up to now",
			Detail: "Without a span it goes by most of its window, as PgDn does on an empty line.", Examples: []string{"graph forward 1m"}, Run: host.Verb(look.ScrollBy(1))},
		{Name: "graph live", Section: host.LookSection, Summary: "let the graph follow the time again", Examples: []string{"graph live"}, Run: host.Verb(look.Live)},
		{Name: "heat", Section: host.LookSection,
			Params: []lang.Param{{Name: "group", Kind: kinds.Group()}, {Name: "figure", Kind: lang.Words(host.Distributions()...), Optional: true},
				{Name: "window", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "from the left edge to now, 5s to 24h; that of the graph if not given"}},
			Summary: "show how latencies were spread, moment by moment",
			Detail: "Time goes to the right and latency up; the shade of a cell is the share of the messages of its column. " +
				"A stall, a second mode or a slow tail shows where a percentile would hide it. Distributions are kept by the second for ten minutes and by ten seconds " +
				"for a day. graph fast heat shows the same live.",
			Examples: []string{"heat fast", "heat fast service", "heat sub1 e2e window=5m"}, Run: host.Verb(look.Heat)},
		{Name: "status", Section: host.LookSection, Summary: "print the figures of all groups on one line", Examples: []string{"status"}, Run: host.Verb(look.Status)},
		{Name: "list", Section: host.LookSection, Summary: "list the groups", Examples: []string{"list"}, Run: host.Verb(look.List)},
		{Name: "show", Section: host.LookSection, Params: []lang.Param{{Name: "group", Kind: kinds.Group()}},
			Summary:  "show a group's settings beside what comes of them",
			Examples: []string{"show fast"}, Run: host.Verb(look.Show)},
		{Name: "show session", Section: host.LookSection, Summary: "show what holds for the session, and where each value was said",
			Detail:   "Flags go before the environment, which goes before a profile, then Pulsar's client.conf, then the defaults.",
			Examples: []string{"show session"}, Run: host.Verb(look.ShowSession)},
		{Name: "workers", Section: host.LookSection, Params: []lang.Param{group}, Summary: "show what each worker of a group does",
			Examples: []string{"workers fast"}, Run: host.Verb(look.ShowWorkers)},
		{Name: "errors", Section: host.LookSection, Params: []lang.Param{group}, Summary: "show a group's failures by category, with the first and the last text",
			Examples: []string{"errors fast"}, Run: host.Verb(look.ShowErrors)},
		{Name: "hist", Section: host.LookSection,
			Params:  []lang.Param{{Name: "group", Kind: kinds.Group()}, {Name: "figure", Kind: lang.Words(host.Distributions()...), Optional: true}},
			Summary: "show distributions of latencies as bars and percentiles",
			Detail: "A producer group has latency (due to acked), service (sent to acked) and lag (due to sent: pulsh's own); " +
				"a consumer group has e2e (due to received) and processing (received to acked). Without a figure they stand side by side.",
			Examples: []string{"hist fast", "hist fast service", "hist sub1 e2e"}, Run: host.Verb(look.Hist)},
		{Name: "ledger", Section: host.LookSection, Params: []lang.Param{{Name: "group", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}},
			Summary: "show what became of every message: lost, duplicated, out of order, redelivered, in doubt",
			Detail: "The figures are of the present epoch, which began with the last seek, start or rebuild of the consumers; earlier epochs are summed up in one line. " +
				"A message is lost when it was passed over for good, a hole while it may still come, in the tail when it was acked and lies above the last one received.",
			Examples: []string{"ledger sub1"}, Run: host.Verb(look.ShowLedger)},
		{Name: "backlog", Section: host.LookSection, Params: []lang.Param{{Name: "group", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}},
			Summary:  "show what waits in the broker, by topic and partition",
			Detail:   "Takes a second: rates are counted between two answers of the broker, whose own are averages over a minute.",
			Examples: []string{"backlog sub1"}, Run: host.Verb(look.ShowBacklog)},
		{Name: "keys", Section: host.LookSection, Params: []lang.Param{{Name: "group", Kind: kinds.GroupOf(snapshot.Consume, "sub1")}},
			Summary: "show how messages and keys are distributed over a consumer group's workers",
			Detail: "For each worker: the messages its consumer has got, how many different keys there were among them (an estimate to one in a hundred), " +
				"and with key_shared its share of the 65,536 hash values that a key can have. The broker divides them, or with sticky=on pulsh does, evenly.",
			Examples: []string{"keys sub1"}, Run: host.Verb(look.ShowKeys)},
		{Name: "top", Section: host.LookSection, Summary: "show what pulsh itself costs",
			Detail: "The same figures can be graphed and expected: process.cpu, process.memory, process.goroutines, process.gc, process.gc.p50, " +
				"process.gc.max, process.collections and process.cpupermillion.",
			Examples: []string{"top"}, Run: host.Verb(look.Top)},

		// scripts

		{Name: "run", Section: host.ScriptSection, Params: []lang.Param{{Name: "file", Kind: lang.FileKind()}}, Assigns: true,
			Summary: "run the lines of a file",
			Detail: "The file is read whole before its first line runs, with the files that it runs itself, and ends at its first error. " +
				"Names within a script begin beside it. NAME=VALUE are its variables: nothing else changes them in that file.",
			Examples: []string{"run examples/smoke.pulsh", "run examples/smoke.pulsh rate=2k"}, Prepare: lang.PrepareRun, Run: lang.RunPasses},
		{Name: "repeat", Section: host.ScriptSection, Params: []lang.Param{{Name: "times", Kind: kinds.Repeat()}, {Name: "file", Kind: lang.FileKind()}}, Assigns: true,
			Summary: "run a file so many times", Examples: []string{"repeat 2 examples/step.pulsh w=2"}, Prepare: lang.PrepareRepeat, Run: lang.RunPasses},
		{Name: "for", Section: host.ScriptSection, Assigns: true,
			Params:  []lang.Param{{Name: "name", Kind: kinds.Variable()}, {Name: "in", Kind: kinds.In()}, {Name: "values", Kind: kinds.Values(), Rest: true}},
			Summary: "run a file once for each value of a variable", Examples: []string{"for w in 1 2 4 8 run examples/step.pulsh"},
			Prepare: lang.PrepareFor, Run: lang.RunPasses},
		{Name: "let", Section: host.ScriptSection, Assigns: true,
			Summary: "set variables, or list them",
			Detail: "$rate and ${rate} stand for the value in the lines that follow, in \"…\" too, but not in '…'; $$ is a dollar. " +
				"Variables are filled in while a script is read. A let is the default: an argument of run, --set rate=20k and PULSH_VAR_RATE in the environment go before it, in this order. " +
				"The variables of a script are its own and those of the scripts that it runs. They are shown and recorded: keep secrets out of them.",
			Examples: []string{"let rate=20k", "let"}, Prepare: lang.PrepareLet, Run: lang.Let},
		{Name: "wait until", Section: host.ScriptSection,
			Params: []lang.Param{{Name: "condition", Kind: kinds.Condition(), Rest: true},
				{Name: "timeout", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "give up after so long; 5m if not given"}},
			Summary:  "wait until a condition holds",
			Examples: []string{"wait until fast.rate>1k timeout=30s", "wait until fast.p99<1s and sub1.backlog<5k"}, Run: host.Verb(script.WaitUntil)},
		{Name: "wait", Section: host.ScriptSection, Params: []lang.Param{{Name: "duration", Kind: kinds.Duration()}},
			Summary: "wait for a while", Detail: "--speed 2 halves it.", Examples: []string{"wait 2s"}, Run: lang.Wait},
		{Name: "at", Section: host.ScriptSection, Params: []lang.Param{{Name: "at", Kind: lang.InstantKind()}},
			Summary: "wait for a place in the script's plan",
			Detail: "What record writes for the pauses. A place is fixed when the script begins, so that lines that take long do not shift those behind them; " +
				"`wait` begins when the line before it has ended. --speed 2 halves all of them. The summary tells how far the script drifted from its plan.",
			Examples: []string{"at +2s", "at 2s"}, Run: lang.At},
		{Name: "expect", Section: host.ScriptSection,
			Params: []lang.Param{{Name: "condition", Kind: kinds.Condition(), Rest: true},
				{Name: "for", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "it must hold for so long"},
				{Name: "within", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "it may take so long to begin to hold"}},
			Summary: "fail if a condition does not hold", Detail: "Prints PASS or FAIL with what was measured. Without for and within it is tested once.",
			Examples: []string{"expect fast.p99<1s for=1s", "expect fast.rate>1k within=10s", "expect sub1.lost=0 and sub1.duplicated=0"}, Run: host.Verb(script.Expect)},
		{Name: "mark", Section: host.ScriptSection, Params: []lang.Param{{Name: "text", Kind: lang.TextKind(), Rest: true}},
			Summary: "put a mark on the time axis", Examples: []string{`mark "before the fix"`}, Run: host.Verb(script.Mark)},
		{Name: "record", Section: host.ScriptSection,
			Params:  []lang.Param{{Name: "file", Kind: kinds.NewFile()}, {Name: "force", Kind: kinds.Force(), Optional: true}},
			Summary: "write what is typed from now on as a script",
			Detail: "Every line is written when it begins, with an `at` for the pause before it, so that a crash loses nothing. " +
				"A line that fails is kept as a comment, but for an expect. A file that is there is only written over with force.",
			Examples: []string{"record mine.pulsh force"}, Run: lang.Record},
		{Name: "record stop", Section: host.ScriptSection, Summary: "end the recording", Examples: []string{"record stop"}, Run: lang.RecordStop},

		// profiles

		{Name: "save", Section: host.ProfileSection, Params: []lang.Param{{Name: "name", Kind: script.SaveName()}, {Name: "force", Kind: lang.Words("force"), Optional: true}},
			Summary: "save the connection, the graph and all groups as a profile",
			Detail: "Writes a file that only you can read, and asks before it replaces one, but for force. " +
				"It never holds a secret: of a token, only the file or the variable it comes from.",
			Examples: []string{"save mine", "save mine force"}, Run: host.Verb(script.Save)},
		{Name: "load", Section: host.ProfileSection, Changes: true, Params: []lang.Param{{Name: "profile", Kind: kinds.Profile()}},
			Summary:  "make the groups of a profile ready",
			Detail:   "They start with produce start and consume start. The profile's connection is opened if there is none yet.",
			Examples: []string{"load low"}, Run: host.Verb(script.Load)},
		{Name: "profile show", Section: host.ProfileSection, Params: []lang.Param{{Name: "profile", Kind: kinds.Profile()}},
			Summary: "print a profile as its file says it, defaults included", Examples: []string{"profile show low"}, Run: host.Verb(script.ShowProfile)},
		{Name: "profile delete", Section: host.ProfileSection, Params: []lang.Param{{Name: "profile", Kind: kinds.Saved()}, {Name: "force", Kind: lang.Words("force"), Optional: true}},
			Summary: "delete a profile that was saved", Detail: "Asks before, but for force.",
			Examples: []string{"profile delete mine"}, Run: host.Verb(script.DeleteProfile)},
		{Name: "profiles", Section: host.ProfileSection, Summary: "list the profiles", Examples: []string{"profiles"}, Run: host.Verb(script.ListProfiles)},
		{Name: "history", Section: host.ProfileSection,
			Params:  []lang.Param{{Name: "what", Kind: kinds.Past(), Rest: true, Optional: true}},
			Summary: "list the lines typed before",
			Detail: "A number is how many, any other text is what they must contain. !12 types the line of that number again, !! the last one, " +
				"!pro the newest that begins like that. Ctrl-R searches while one types. A line that begins with a blank is not kept.",
			Examples: []string{"history", "history 20", "history rate"}, Run: host.Verb(look.History)},

		// export

		{Name: "export", Section: host.ExportSection,
			Params:  []lang.Param{{Name: "file", Kind: kinds.Export(), Optional: true}, force},
			Summary: "write the session into a file: a page, JSON, CSV, Prometheus or histograms by its ending",
			Detail: "Without a name it writes a page, pulsh-DATE-TIME.html. " +
				".html is one page with graphs, settings, environment, timeline, expectations and the lines that do it again; it needs no network. " +
				".json has all of that for programs and for compare: version (1), title, start, end, environment, cluster, columns (name, unit and meaning of each), " +
				"samples (from, step_seconds, count), groups, total, process, timeline, lines, checks and script. A group has its settings, figures of the last sample by column, " +
				"distributions (total and last second in ms, and every counter), failures, and series: by column a value a second, null where nothing is known; " +
				"durations are the worst of the second, rates its mean, counts its end. " +
				".csv has a row for each second and group with the same columns, which carry their units; times are RFC 3339. " +
				".prom is the last sample as text of Prometheus, in seconds and bytes. " +
				".hlog is a log for HistogramLogProcessor: a histogram for each second, or for 2, 4, 8… seconds of long runs, since the start or reset of each group; " +
				"a tag such as fast.latency for each group and distribution, values in microseconds. " +
				"A file is complete or not there at all.",
			Examples: []string{"export", "export run.html", "export run.json", "export seconds.csv force=on", "export run.prom", "export run.hlog"}, Run: host.Verb(report.ExportFile)},
		{Name: "stream", Section: host.ExportSection,
			Params: []lang.Param{{Name: "file", Kind: kinds.Stream()},
				{Name: "every", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how often, 100ms to 1h; 1s if not given"}, force},
			Summary: "append the figures of all groups to a file as they come",
			Detail: "Lines of JSON (.jsonl) or CSV (.csv), a record for each interval and group, with the columns of export. A record tells of the whole interval: durations are its worst, " +
				"rates its mean. `-` is the standard output as lines of JSON, unless it is a terminal. A disk that is full ends the stream with a note, and nothing else.",
			Examples: []string{"stream run.jsonl", "stream run.csv every=10s"}, Run: host.Verb(report.StreamStart)},
		{Name: "stream stop", Section: host.ExportSection, Summary: "end the stream, after what belongs into it so far", Examples: []string{"stream stop"}, Run: host.Verb(report.StreamStop)},
		{Name: "metrics serve", Section: host.ExportSection,
			Params: []lang.Param{{Name: "address", Kind: kinds.Address(), Optional: true},
				{Name: "remote", Kind: kinds.On(), Keyed: true, Optional: true, Doc: "on lets other machines reach it, where the address says so"}},
			Summary: "serve metrics to Prometheus",
			Detail: "At " + kinds.MetricsAddress + " if no address is given. Durations are histograms that can be added up over groups and processes, and beside them summaries with the exact " +
				"quantiles of the last second. An address that other machines can reach needs remote=on.",
			Examples: []string{"metrics serve", "metrics serve 127.0.0.1:9096"}, Run: host.Verb(report.MetricsServe)},
		{Name: "metrics stop", Section: host.ExportSection, Summary: "end serving metrics", Examples: []string{"metrics stop"}, Run: host.Verb(report.MetricsStop)},
		{Name: "compare", Section: host.ExportSection,
			Params:   []lang.Param{{Name: "a", Kind: kinds.Report()}, {Name: "b", Kind: kinds.Report()}},
			Summary:  "put two exported runs side by side",
			Detail:   "Medians of the values a second, with the least and the most. A figure is better or worse when the middle halves of its values do not touch and the medians are 2 % apart.",
			Examples: []string{"compare a.json b.json"}, Run: host.Verb(report.Compare)},
		{Name: "diff", Section: host.ExportSection,
			Params:  []lang.Param{{Name: "mark", Kind: kinds.Mark()}, {Name: "later", Kind: kinds.Mark(), Optional: true}},
			Summary: "put what was before a mark beside what came after",
			Detail: "With one mark: from the mark before it (or the start) to it, beside it to the next mark or now. With two: what followed the first, up to the next mark, " +
				"beside what followed the second. Marks are those of the mark command.",
			Examples: []string{`diff "before the fix"`, `diff "before the fix" "after the fix"`}, Run: host.Verb(report.Diff)},

		// cluster

		{Name: "connect", Section: host.ClusterSection, Changes: true,
			Params: []lang.Param{{Name: "url", Kind: kinds.Url()},
				{Name: "admin", Kind: kinds.AdminURL(), Keyed: true, Optional: true, Doc: "the admin API: backlog, seek, topics"},
				{Name: "token_file", Kind: path, Keyed: true, Optional: true, Doc: "file that holds the token"},
				{Name: "token_env", Kind: variable, Keyed: true, Optional: true, Doc: "variable that holds the token"},
				{Name: "trust_certs", Kind: path, Keyed: true, Optional: true, Doc: "certificates to trust beside the system's"},
				{Name: "tls_check", Kind: lang.Words("full", "any-host", "none"), Keyed: true, Optional: true, Doc: "how the certificate is checked"}},
			Summary:  "connect to a cluster",
			Detail:   "Groups must be stopped before: a session has one cluster at a time.",
			Examples: []string{"connect pulsar://localhost:6650 admin=http://localhost:8080"}, Run: host.Verb(cluster.Connect)},
		{Name: "topics", Section: host.ClusterSection, Params: []lang.Param{{Name: "namespace", Kind: namespace, Optional: true}},
			Summary: "list the topics of a namespace, with what passes through them and waits in them", Examples: []string{"topics", "topics public/default"}, Run: host.Verb(cluster.Topics)},
		{Name: "topic create", Section: host.ClusterSection,
			Params:   []lang.Param{topic, {Name: "partitions", Kind: partitions, Keyed: true, Optional: true, Doc: "how many; without it the topic has none"}},
			Summary:  "create a topic",
			Examples: []string{"topic create orders partitions=8"}, Run: host.Verb(cluster.CreateTopic)},
		{Name: "topic stats", Section: host.ClusterSection, Params: []lang.Param{topic},
			Summary:  "show what the broker says of a topic, its partitions and its subscriptions",
			Detail:   "Takes a second: rates are counted between two answers of the broker, whose own are averages over a minute.",
			Examples: []string{"topic stats fast"}, Run: host.Verb(cluster.TopicStats)},
		{Name: "topic partitions", Section: host.ClusterSection, Params: []lang.Param{topic, {Name: "count", Kind: partitions}},
			Summary: "give a partitioned topic more partitions", Detail: "None can be taken away.",
			Examples: []string{"topic partitions orders 16"}, Run: host.Verb(cluster.GrowTopic)},
		{Name: "topic delete", Section: host.ClusterSection, Destroys: true, Params: append([]lang.Param{topic}, cluster.ForceParams()...),
			Summary:  "delete a topic with everything that it stores",
			Detail:   "With force it goes while clients are connected; those that connect again create it anew. " + lang.AsksFirst,
			Examples: []string{"topic delete orders", "topic delete fast force"}, Run: host.Verb(cluster.DeleteTopic)},
		{Name: "topic unload", Section: host.ClusterSection, Params: []lang.Param{topic},
			Summary:  "make the broker give a topic up, so that all clients connect again",
			Detail:   "Nothing is lost: it shows how clients take a reconnect.",
			Examples: []string{"topic unload fast"}, Run: host.Verb(cluster.UnloadTopic)},
		{Name: "topic terminate", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic},
			Summary:  "end publishing to a topic, for good",
			Detail:   "What it stores can still be received. " + lang.AsksFirst,
			Examples: []string{"topic terminate fast"}, Run: host.Verb(cluster.TerminateTopic)},
		{Name: "topic compact", Section: host.ClusterSection, Params: []lang.Param{topic},
			Summary:  "compact a topic to the last message of each key, and wait until that is done",
			Detail:   "Ctrl-C ends the wait; the broker goes on. Only readers that ask for the compacted topic see less; messages without a key are not in it.",
			Examples: []string{"topic compact fast"}, Run: host.Verb(cluster.CompactTopic)},
		{Name: "subs", Section: host.ClusterSection, Params: []lang.Param{topic}, Summary: "list the subscriptions of a topic",
			Examples: []string{"subs fast"}, Run: host.Verb(cluster.ListSubs)},
		{Name: "sub create", Section: host.ClusterSection,
			Params:   []lang.Param{topic, sub, {Name: "from", Kind: from, Keyed: true, Optional: true, Doc: "where it begins; latest if not given"}},
			Summary:  "create a subscription, so that messages are kept for it",
			Examples: []string{"sub create fast audit from=earliest"}, Run: host.Verb(cluster.CreateSub)},
		{Name: "sub delete", Section: host.ClusterSection, Destroys: true, Params: append([]lang.Param{topic, sub}, cluster.ForceParams()...),
			Summary:  "delete a subscription with its backlog",
			Detail:   "With force its consumers are disconnected; those that connect again create it anew. " + lang.AsksFirst,
			Examples: []string{"sub delete fast audit", "sub delete fast sub1 force=on"}, Run: host.Verb(cluster.DeleteSub)},
		{Name: "sub skip", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic, sub, {Name: "messages", Kind: kinds.Messages()}},
			Summary: "take the oldest messages off a subscription's backlog",
			Detail: "The broker skips whole entries, that is batches, and partition by partition: the messages are divided among the partitions by " +
				"what waits in each, and counted as entries times the messages in an entry. " + lang.AsksFirst,
			Examples: []string{"sub skip fast audit 1000"}, Run: host.Verb(cluster.SkipSub)},
		{Name: "sub clear", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic, sub},
			Summary: "take everything off a subscription's backlog", Detail: lang.AsksFirst,
			Examples: []string{"sub clear fast audit"}, Run: host.Verb(cluster.ClearSub)},
		{Name: "sub expire", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic, sub, {Name: "age", Kind: kinds.Age()}},
			Summary:  "take what is older than a span of time off a subscription's backlog",
			Detail:   "The broker does it in its own time, and counts in whole seconds. " + lang.AsksFirst,
			Examples: []string{"sub expire fast audit 10m"}, Run: host.Verb(cluster.ExpireSub)},
		{Name: "local start", Section: host.ClusterSection, Changes: true, Summary: "run a real Pulsar on this machine and connect to it",
			Detail: "Needs Java 17 or later and half a GiB of memory. The server is fetched once. " +
				"It ends with the last pulsh that uses it; its data stays.",
			Examples: []string{"local start"}, Run: host.Verb(cluster.LocalStart)},
		{Name: "local stop", Section: host.ClusterSection, Summary: "stop the local Pulsar for all who use it", Examples: []string{"local stop"}, Run: host.Verb(cluster.LocalStop)},
		{Name: "local kill", Section: host.ClusterSection, Summary: "kill the local Pulsar as a crash would",
			Detail: "A real kill -9. `local restart` brings it back with its data.", Examples: []string{"local kill"}, Run: host.Verb(cluster.LocalKill)},
		{Name: "local restart", Section: host.ClusterSection, Summary: "stop the local Pulsar if it runs, and start it with its data",
			Examples: []string{"local restart"}, Run: host.Verb(cluster.LocalRestart)},
		{Name: "local status", Section: host.ClusterSection, Summary: "show how the local Pulsar is", Examples: []string{"local status"}, Run: host.Verb(cluster.LocalStatus)},
		{Name: "local logs", Section: host.ClusterSection, Params: []lang.Param{{Name: "lines", Kind: cluster.LogLines(), Optional: true}},
			Summary: "print the end of the local Pulsar's log", Examples: []string{"local logs", "local logs 50"}, Run: host.Verb(cluster.LocalLogs)},

		// general

		{Name: "help", Aliases: []string{"?"}, Section: host.GeneralSection,
			Params:  []lang.Param{{Name: "about", Kind: lang.AboutKind(language), Rest: true, Optional: true}},
			Summary: "explain a command or a kind of value", Examples: []string{"help", "help produce start", "help RATE"}, Run: lang.Help},
		{Name: "set session", Section: host.GeneralSection, SomeSetting: true,
			Params:  kinds.SettingParams(spec.PreferenceSettings(), spec.DefaultPreferences),
			Summary: "change how the session is shown",
			Detail: "Figures of the status rows turn yellow from a -warn limit on and red from a -fail limit on; off takes a limit away. " +
				"The load itself does not change.",
			Examples: []string{"set session refresh=100ms", "set session p99-warn=20ms p99-fail=100ms", "set session rate-warn=98% backlog-fail=1M", "set session behind=allowed"},
			Run:      host.Verb(look.SetSession)},
		{Name: "demo", Section: host.GeneralSection, Changes: true,
			Summary: "walk through what pulsh can do, on the cluster that is connected",
			Detail: "Takes about a minute. Its groups send to a topic of their own, each step is explained in a line, and nothing is left behind. " +
				"Ctrl-C ends it.",
			Examples: []string{"demo"}, Run: host.Verb(script.Demo)},
		{Name: "quit", Aliases: []string{"exit"}, Section: host.GeneralSection, Summary: "end the session",
			Detail: "All groups are stopped, and what they did is summed up.", Examples: []string{"quit"}, Run: quit},
	}
}
