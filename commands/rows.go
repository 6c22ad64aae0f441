package commands

import (
	_ "embed"
	"errors"

	"pulsh/commands/lang"
	"pulsh/session/broker"
	"pulsh/session/snapshot"
	"pulsh/session/spec"
)

func backlogCommand() lang.Command {
	return lang.Command{Name: "backlog", Section: lookSection, Params: []lang.Param{{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}},
		Summary:  "show what waits in the broker, by topic and partition",
		Detail:   "Takes a second: rates are counted between two answers of the broker, whose own are averages over a minute.",
		Examples: []string{"backlog sub1"}, Run: verb(showBacklog)}
}

// behaveCommands say what consumer groups do with their messages.
func behaveCommands() []lang.Command {
	consumer := lang.Param{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}
	return []lang.Command{
		{Name: "ack", Section: groupSection, Changes: true,
			Params:  []lang.Param{consumer, {Name: "ack", Kind: ackNowKind()}},
			Summary: "change when messages are acknowledged, or acknowledge what is held back",
			Detail: "batched sends acknowledgements in groups of 1,000 or 100 ms, batched(100,10ms) in others; immediate sends each at once; delayed(500ms) waits so long from the receipt on; " +
				"manual waits for `ack sub1 now`, which acknowledges all that is held back, or `ack sub1 100`, the oldest hundred; cumulative acknowledges with one message all before it " +
				"(exclusive and failover). A pause leaves what is held back as it is. A stop, a seek and new consumers acknowledge what is delayed and give up what waits for the user, which then comes again. " +
				"immediate and batched(…) need new consumers, as the client takes them only at creation; the others change under the running load.",
			Examples: []string{"ack sub1 immediate", "ack sub1 delayed(500ms)", "ack sub1 manual", "ack sub1 100", "ack sub1 now", "ack sub1 batched"}, Run: verb(setAck)},
		{Name: "churn", Section: groupSection, Changes: true,
			Params: []lang.Param{consumer, {Name: "share", Kind: churnShareKind()},
				{Name: "every", Kind: durationKind(), Keyed: true, Optional: true, Doc: "from 1s to 24h; 30s if not given"}},
			Summary: "close a share of a group's consumers regularly and subscribe others in their places",
			Detail: "At least one each time, in turn. What a consumer had been pushed ahead goes to the others; what it had not acknowledged comes again. " +
				"No round takes place while the group is paused or a command works on it.",
			Examples: []string{"churn sub1 10% every=30s", "churn sub1 off"}, Run: verb(churn)},
	}
}

// clusterCommands speak with a cluster.
func clusterCommands() []lang.Command {
	namespace := lang.TextKind()
	namespace.Name, namespace.Sample = "NAMESPACE", "public/default"
	namespace.Parse = func(text string) (any, error) { return broker.ParseNamespace(text) }
	path := lang.FileKind()
	path.Sample = "/run/secrets/token"
	variable := lang.TextKind()
	variable.Name, variable.Sample = "VARIABLE", "PULSAR_TOKEN"
	return []lang.Command{
		{Name: "connect", Section: clusterSection, Changes: true,
			Params: []lang.Param{{Name: "url", Kind: urlKind()},
				{Name: "admin", Kind: adminURLKind(), Keyed: true, Optional: true, Doc: "the admin API: backlog, seek, topics"},
				{Name: "token_file", Kind: path, Keyed: true, Optional: true, Doc: "file that holds the token"},
				{Name: "token_env", Kind: variable, Keyed: true, Optional: true, Doc: "variable that holds the token"},
				{Name: "trust_certs", Kind: path, Keyed: true, Optional: true, Doc: "certificates to trust beside the system's"},
				{Name: "tls_check", Kind: lang.Words("full", "any-host", "none"), Keyed: true, Optional: true, Doc: "how the certificate is checked"}},
			Summary:  "connect to a cluster",
			Detail:   "Groups must be stopped before: a session has one cluster at a time.",
			Examples: []string{"connect pulsar://localhost:6650 admin=http://localhost:8080"}, Run: verb(connect)},
		{Name: "topics", Section: clusterSection, Params: []lang.Param{{Name: "namespace", Kind: namespace, Optional: true}},
			Summary: "list the topics of a namespace, with what passes through them and waits in them", Examples: []string{"topics", "topics public/default"}, Run: verb(topics)},
	}
}

// demoCommand walks through what pulsh can do.
func demoCommand() lang.Command {
	return lang.Command{Name: "demo", Section: generalSection, Changes: true,
		Summary: "walk through what pulsh can do, on the cluster that is connected",
		Detail: "Takes about a minute. Its groups send to a topic of their own, each step is explained in a line, and nothing is left behind. " +
			"Ctrl-C ends it.",
		Examples: []string{"demo"}, Run: verb(demo)}
}

// detailCommands look closer at one group, and at pulsh itself.
func detailCommands() []lang.Command {
	group := lang.Param{Name: "group", Kind: groupKind()}
	return []lang.Command{
		{Name: "workers", Section: lookSection, Params: []lang.Param{group}, Summary: "show what each worker of a group does",
			Examples: []string{"workers fast"}, Run: verb(showWorkers)},
		{Name: "errors", Section: lookSection, Params: []lang.Param{group}, Summary: "show a group's failures by category, with the first and the last text",
			Examples: []string{"errors fast"}, Run: verb(showErrors)},
		histCommand(),
		ledgerCommand(),
		backlogCommand(),
		keysCommand(),
		{Name: "top", Section: lookSection, Summary: "show what pulsh itself costs",
			Detail: "The same figures can be graphed and expected: process.cpu, process.memory, process.goroutines, process.gc, process.gc.p50, " +
				"process.gc.max, process.collections and process.cpupermillion.",
			Examples: []string{"top"}, Run: verb(top)},
	}
}

// exportCommands write what a session has measured where others can read it.
func exportCommands() []lang.Command {
	force := lang.Param{Name: "force", Kind: onKind(), Keyed: true, Optional: true, Doc: "on replaces a file that is there"}
	return []lang.Command{
		{Name: "export", Section: exportSection,
			Params:  []lang.Param{{Name: "file", Kind: exportKind(), Optional: true}, force},
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
			Examples: []string{"export", "export run.html", "export run.json", "export seconds.csv force=on", "export run.prom", "export run.hlog"}, Run: verb(exportFile)},
		{Name: "stream", Section: exportSection,
			Params: []lang.Param{{Name: "file", Kind: streamKind()},
				{Name: "every", Kind: durationKind(), Keyed: true, Optional: true, Doc: "how often, 100ms to 1h; 1s if not given"}, force},
			Summary: "append the figures of all groups to a file as they come",
			Detail: "Lines of JSON (.jsonl) or CSV (.csv), a record for each interval and group, with the columns of export. A record tells of the whole interval: durations are its worst, " +
				"rates its mean. `-` is the standard output as lines of JSON, unless it is a terminal. A disk that is full ends the stream with a note, and nothing else.",
			Examples: []string{"stream run.jsonl", "stream run.csv every=10s"}, Run: verb(streamStart)},
		{Name: "stream stop", Section: exportSection, Summary: "end the stream, after what belongs into it so far", Examples: []string{"stream stop"}, Run: verb(streamStop)},
		{Name: "metrics serve", Section: exportSection,
			Params: []lang.Param{{Name: "address", Kind: addressKind(), Optional: true},
				{Name: "remote", Kind: onKind(), Keyed: true, Optional: true, Doc: "on lets other machines reach it, where the address says so"}},
			Summary: "serve metrics to Prometheus",
			Detail: "At " + metricsAddress + " if no address is given. Durations are histograms that can be added up over groups and processes, and beside them summaries with the exact " +
				"quantiles of the last second. An address that other machines can reach needs remote=on.",
			Examples: []string{"metrics serve", "metrics serve 127.0.0.1:9096"}, Run: verb(metricsServe)},
		{Name: "metrics stop", Section: exportSection, Summary: "end serving metrics", Examples: []string{"metrics stop"}, Run: verb(metricsStop)},
		{Name: "compare", Section: exportSection,
			Params:   []lang.Param{{Name: "a", Kind: reportKind()}, {Name: "b", Kind: reportKind()}},
			Summary:  "put two exported runs side by side",
			Detail:   "Medians of the values a second, with the least and the most. A figure is better or worse when the middle halves of its values do not touch and the medians are 2 % apart.",
			Examples: []string{"compare a.json b.json"}, Run: verb(compare)},
		{Name: "diff", Section: exportSection,
			Params:  []lang.Param{{Name: "mark", Kind: markKind()}, {Name: "later", Kind: markKind(), Optional: true}},
			Summary: "put what was before a mark beside what came after",
			Detail: "With one mark: from the mark before it (or the start) to it, beside it to the next mark or now. With two: what followed the first, up to the next mark, " +
				"beside what followed the second. Marks are those of the mark command.",
			Examples: []string{`diff "before the fix"`, `diff "before the fix" "after the fix"`}, Run: verb(diff)},
	}
}

// generalCommands are about pulsh itself.
func generalCommands() []lang.Command {
	return []lang.Command{
		{Name: "help", Aliases: []string{"?"}, Section: generalSection,
			Params:  []lang.Param{{Name: "about", Kind: lang.AboutKind(language), Rest: true, Optional: true}},
			Summary: "explain a command or a kind of value", Examples: []string{"help", "help produce start", "help RATE"}, Run: lang.Help},
		setSessionCommand(),
		demoCommand(),
		{Name: "quit", Aliases: []string{"exit"}, Section: generalSection, Summary: "end the session",
			Detail: "All groups are stopped, and what they did is summed up.", Examples: []string{"quit"}, Run: quit},
	}
}

// viewCommands choose what is seen of the past.
func viewCommands() []lang.Command {
	return append([]lang.Command{graphCommand()}, append(scrollCommands(), heatCommand())...)
}

// graphCommand chooses what the graph shows.
func graphCommand() lang.Command {
	return lang.Command{Name: "graph", Section: lookSection,
		Params: []lang.Param{{Name: "shown", Kind: panelsKind(), Rest: true, Optional: true},
			{Name: "window", Kind: durationKind(), Keyed: true, Optional: true, Doc: "from the left edge to the right one, 5s to 24h; 1m if not given"},
			{Name: "scale", Kind: scaleWordsKind(), Keyed: true, Optional: true, Doc: "of the values; one for all graphs or one for each, as in linear|log"},
			{Name: "layout", Kind: layoutKind(), Keyed: true, Optional: true,
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
		Run: verb(graph)}
}

// groupCommands make groups and end them.
func groupCommands() []lang.Command {
	return []lang.Command{
		{Name: "produce start", Section: groupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: startKind(snapshot.Produce, "fast")}}, producerParams()...),
			Summary: "start a producer group",
			Detail: "Makes a group that sends to the topic of its own name, or starts one that is ready or stopped, with the settings given. " +
				"The rate is that of all its workers together, whatever their number.",
			Examples: []string{"produce start fast rate=50000", "produce start slow topic=fast rate=300/m size=lognormal(1KiB,0.5) keys=10k"},
			Run:      verb(startProducer)},
		{Name: "produce stop", Section: groupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: groupOf(snapshot.Produce, "fast")}},
			Summary:  "end a producer group's sending",
			Detail:   "Waits for the answers to what was sent. The group keeps its settings and figures, and can be started again.",
			Examples: []string{"produce stop fast"}, Run: verb(stopGroup(snapshot.Produce))},
		{Name: "consume start", Section: groupSection, Changes: true,
			Params:  append([]lang.Param{{Name: "name", Kind: startKind(snapshot.Consume, "sub1")}}, consumerParams()...),
			Summary: "start a consumer group",
			Detail: "Makes a group that receives the topic of its own name under the subscription of its own name, or starts one that is ready or stopped, " +
				"with the settings given. What Kafka calls a consumer group is a subscription here.",
			Examples: []string{"consume start sub1 topic=fast type=shared workers=4 ack=batched"},
			Run:      verb(startConsumer)},
		{Name: "consume stop", Section: groupSection, Changes: true,
			Params:   []lang.Param{{Name: "name", Kind: groupOf(snapshot.Consume, "sub1")}},
			Summary:  "end a consumer group's receiving",
			Detail:   "The subscription stays in the broker and its backlog grows. The group can be started again.",
			Examples: []string{"consume stop sub1"}, Run: verb(stopGroup(snapshot.Consume))},
		{Name: "stop all", Section: groupSection, Changes: true,
			Summary: "end all groups at once, without a flush", Detail: "For emergencies: answers that are still on their way are not waited for.",
			Examples: []string{"stop all"}, Run: verb(stopAll)},
		{Name: "remove", Section: groupSection, Changes: true,
			Params:  []lang.Param{{Name: "group", Kind: groupKind()}},
			Summary: "end a group and forget it", Examples: []string{"remove slow"}, Run: verb(removeGroup)},
		{Name: "clone", Section: groupSection, Applies: applies, Changes: true,
			Params:   append([]lang.Param{{Name: "group", Kind: groupKind()}, {Name: "name", Kind: cloneName()}}, groupParams()...),
			Summary:  "make a group with the settings of another",
			Detail:   "The settings given are changed. The copy of a running group is started.",
			Examples: []string{"clone fast faster rate=80k"}, Run: verb(cloneGroup)},
	}
}

func heatCommand() lang.Command {
	return lang.Command{Name: "heat", Section: lookSection,
		Params: []lang.Param{{Name: "group", Kind: groupKind()}, {Name: "figure", Kind: lang.Words(distributions()...), Optional: true},
			{Name: "window", Kind: durationKind(), Keyed: true, Optional: true, Doc: "from the left edge to now, 5s to 24h; that of the graph if not given"}},
		Summary: "show how latencies were spread, moment by moment",
		Detail: "Time goes to the right and latency up; the shade of a cell is the share of the messages of its column. " +
			"A stall, a second mode or a slow tail shows where a percentile would hide it. Distributions are kept by the second for ten minutes and by ten seconds " +
			"for a day. graph fast heat shows the same live.",
		Examples: []string{"heat fast", "heat fast service", "heat sub1 e2e window=5m"}, Run: verb(heat)}
}

func histCommand() lang.Command {
	return lang.Command{Name: "hist", Section: lookSection,
		Params:  []lang.Param{{Name: "group", Kind: groupKind()}, {Name: "figure", Kind: lang.Words(distributions()...), Optional: true}},
		Summary: "show distributions of latencies as bars and percentiles",
		Detail: "A producer group has latency (due to acked), service (sent to acked) and lag (due to sent: pulsh's own); " +
			"a consumer group has e2e (due to received) and processing (received to acked). Without a figure they stand side by side.",
		Examples: []string{"hist fast", "hist fast service", "hist sub1 e2e"}, Run: verb(hist)}
}

// historyCommand shows what was typed.
func historyCommand() lang.Command {
	return lang.Command{Name: "history", Section: profileSection,
		Params:  []lang.Param{{Name: "what", Kind: pastKind(), Rest: true, Optional: true}},
		Summary: "list the lines typed before",
		Detail: "A number is how many, any other text is what they must contain. !12 types the line of that number again, !! the last one, " +
			"!pro the newest that begins like that. Ctrl-R searches while one types. A line that begins with a blank is not kept.",
		Examples: []string{"history", "history 20", "history rate"}, Run: verb(history)}
}

func keysCommand() lang.Command {
	return lang.Command{Name: "keys", Section: lookSection, Params: []lang.Param{{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}},
		Summary: "show how messages and keys are distributed over a consumer group's workers",
		Detail: "For each worker: the messages its consumer has got, how many different keys there were among them (an estimate to one in a hundred), " +
			"and with key_shared its share of the 65,536 hash values that a key can have. The broker divides them, or with sticky=on pulsh does, evenly.",
		Examples: []string{"keys sub1"}, Run: verb(showKeys)}
}

// ledgerCommand shows what became of each message.
func ledgerCommand() lang.Command {
	return lang.Command{Name: "ledger", Section: lookSection, Params: []lang.Param{{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}},
		Summary: "show what became of every message: lost, duplicated, out of order, redelivered, in doubt",
		Detail: "The figures are of the present epoch, which began with the last seek, start or rebuild of the consumers; earlier epochs are summed up in one line. " +
			"A message is lost when it was passed over for good, a hole while it may still come, in the tail when it was acked and lies above the last one received.",
		Examples: []string{"ledger sub1"}, Run: verb(showLedger)}
}

// localCommands run a Pulsar on this machine.
func localCommands() []lang.Command {
	return []lang.Command{
		{Name: "local start", Section: clusterSection, Changes: true, Summary: "run a real Pulsar on this machine and connect to it",
			Detail: "Needs Java 17 or later and half a GiB of memory. The server is fetched once. " +
				"It ends with the last pulsh that uses it; its data stays.",
			Examples: []string{"local start"}, Run: verb(localStart)},
		{Name: "local stop", Section: clusterSection, Summary: "stop the local Pulsar for all who use it", Examples: []string{"local stop"}, Run: verb(localStop)},
		{Name: "local kill", Section: clusterSection, Summary: "kill the local Pulsar as a crash would",
			Detail: "A real kill -9. `local restart` brings it back with its data.", Examples: []string{"local kill"}, Run: verb(localKill)},
		{Name: "local restart", Section: clusterSection, Summary: "stop the local Pulsar if it runs, and start it with its data",
			Examples: []string{"local restart"}, Run: verb(localRestart)},
		{Name: "local status", Section: clusterSection, Summary: "show how the local Pulsar is", Examples: []string{"local status"}, Run: verb(localStatus)},
		{Name: "local logs", Section: clusterSection, Params: []lang.Param{{Name: "lines", Kind: logLines(), Optional: true}},
			Summary: "print the end of the local Pulsar's log", Examples: []string{"local logs", "local logs 50"}, Run: verb(localLogs)},
	}
}

// lookCommands show groups.
func lookCommands() []lang.Command {
	return []lang.Command{
		{Name: "status", Section: lookSection, Summary: "print the figures of all groups on one line", Examples: []string{"status"}, Run: verb(status)},
		{Name: "list", Section: lookSection, Summary: "list the groups", Examples: []string{"list"}, Run: verb(list)},
		{Name: "show", Section: lookSection, Params: []lang.Param{{Name: "group", Kind: groupKind()}},
			Summary:  "show a group's settings beside what comes of them",
			Examples: []string{"show fast"}, Run: verb(show)},
		{Name: "show session", Section: lookSection, Summary: "show what holds for the session, and where each value was said",
			Detail:   "Flags go before the environment, which goes before a profile, then Pulsar's client.conf, then the defaults.",
			Examples: []string{"show session"}, Run: verb(showSession)},
	}
}

// setSessionCommand changes how the session is shown.
func setSessionCommand() lang.Command {
	return lang.Command{Name: "set session", Section: generalSection, SomeSetting: true,
		Params:  settingParams(spec.PreferenceSettings(), spec.DefaultPreferences),
		Summary: "change how the session is shown",
		Detail: "Figures of the status rows turn yellow from a -warn limit on and red from a -fail limit on; off takes a limit away. " +
			"The load itself does not change.",
		Examples: []string{"set session refresh=100ms", "set session p99-warn=20ms p99-fail=100ms", "set session rate-warn=98% backlog-fail=1M", "set session behind=allowed"},
		Run:      verb(setSession)}
}

// profileCommands save and load what a session consists of.
func profileCommands() []lang.Command {
	return []lang.Command{
		{Name: "save", Section: profileSection, Params: []lang.Param{{Name: "name", Kind: saveName()}, {Name: "force", Kind: lang.Words("force"), Optional: true}},
			Summary: "save the connection, the graph and all groups as a profile",
			Detail: "Writes a file that only you can read, and asks before it replaces one, but for force. " +
				"It never holds a secret: of a token, only the file or the variable it comes from.",
			Examples: []string{"save mine", "save mine force"}, Run: verb(save)},
		{Name: "load", Section: profileSection, Changes: true, Params: []lang.Param{{Name: "profile", Kind: profileKind()}},
			Summary:  "make the groups of a profile ready",
			Detail:   "They start with produce start and consume start. The profile's connection is opened if there is none yet.",
			Examples: []string{"load low"}, Run: verb(load)},
		{Name: "profile show", Section: profileSection, Params: []lang.Param{{Name: "profile", Kind: profileKind()}},
			Summary: "print a profile as its file says it, defaults included", Examples: []string{"profile show low"}, Run: verb(showProfile)},
		{Name: "profile delete", Section: profileSection, Params: []lang.Param{{Name: "profile", Kind: savedKind()}, {Name: "force", Kind: lang.Words("force"), Optional: true}},
			Summary: "delete a profile that was saved", Detail: "Asks before, but for force.",
			Examples: []string{"profile delete mine"}, Run: verb(deleteProfile)},
		{Name: "profiles", Section: profileSection, Summary: "list the profiles", Examples: []string{"profiles"}, Run: verb(listProfiles)},
		historyCommand(),
	}
}

// scriptCommands wait, check and replay.
func scriptCommands() []lang.Command {
	return []lang.Command{
		{Name: "run", Section: scriptSection, Params: []lang.Param{{Name: "file", Kind: lang.FileKind()}}, Assigns: true,
			Summary: "run the lines of a file",
			Detail: "The file is read whole before its first line runs, with the files that it runs itself, and ends at its first error. " +
				"Names within a script begin beside it. NAME=VALUE are its variables: nothing else changes them in that file.",
			Examples: []string{"run examples/smoke.pulsh", "run examples/smoke.pulsh rate=2k"}, Prepare: lang.PrepareRun, Run: lang.RunPasses},
		{Name: "repeat", Section: scriptSection, Params: []lang.Param{{Name: "times", Kind: repeatKind()}, {Name: "file", Kind: lang.FileKind()}}, Assigns: true,
			Summary: "run a file so many times", Examples: []string{"repeat 2 examples/step.pulsh w=2"}, Prepare: lang.PrepareRepeat, Run: lang.RunPasses},
		{Name: "for", Section: scriptSection, Assigns: true,
			Params:  []lang.Param{{Name: "name", Kind: variableKind()}, {Name: "in", Kind: inKind()}, {Name: "values", Kind: valuesKind(), Rest: true}},
			Summary: "run a file once for each value of a variable", Examples: []string{"for w in 1 2 4 8 run examples/step.pulsh"},
			Prepare: lang.PrepareFor, Run: lang.RunPasses},
		{Name: "let", Section: scriptSection, Assigns: true,
			Summary: "set variables, or list them",
			Detail: "$rate and ${rate} stand for the value in the lines that follow, in \"…\" too, but not in '…'; $$ is a dollar. " +
				"Variables are filled in while a script is read. A let is the default: an argument of run, --set rate=20k and PULSH_VAR_RATE in the environment go before it, in this order. " +
				"The variables of a script are its own and those of the scripts that it runs. They are shown and recorded: keep secrets out of them.",
			Examples: []string{"let rate=20k", "let"}, Prepare: lang.PrepareLet, Run: lang.Let},
		{Name: "wait until", Section: scriptSection,
			Params: []lang.Param{{Name: "condition", Kind: conditionKind(), Rest: true},
				{Name: "timeout", Kind: durationKind(), Keyed: true, Optional: true, Doc: "give up after so long; 5m if not given"}},
			Summary:  "wait until a condition holds",
			Examples: []string{"wait until fast.rate>1k timeout=30s", "wait until fast.p99<1s and sub1.backlog<5k"}, Run: verb(waitUntil)},
		{Name: "wait", Section: scriptSection, Params: []lang.Param{{Name: "duration", Kind: durationKind()}},
			Summary: "wait for a while", Detail: "--speed 2 halves it.", Examples: []string{"wait 2s"}, Run: lang.Wait},
		{Name: "at", Section: scriptSection, Params: []lang.Param{{Name: "at", Kind: lang.InstantKind()}},
			Summary: "wait for a place in the script's plan",
			Detail: "What record writes for the pauses. A place is fixed when the script begins, so that lines that take long do not shift those behind them; " +
				"`wait` begins when the line before it has ended. --speed 2 halves all of them. The summary tells how far the script drifted from its plan.",
			Examples: []string{"at +2s", "at 2s"}, Run: lang.At},
		{Name: "expect", Section: scriptSection,
			Params: []lang.Param{{Name: "condition", Kind: conditionKind(), Rest: true},
				{Name: "for", Kind: durationKind(), Keyed: true, Optional: true, Doc: "it must hold for so long"},
				{Name: "within", Kind: durationKind(), Keyed: true, Optional: true, Doc: "it may take so long to begin to hold"}},
			Summary: "fail if a condition does not hold", Detail: "Prints PASS or FAIL with what was measured. Without for and within it is tested once.",
			Examples: []string{"expect fast.p99<1s for=1s", "expect fast.rate>1k within=10s", "expect sub1.lost=0 and sub1.duplicated=0"}, Run: verb(expect)},
		{Name: "mark", Section: scriptSection, Params: []lang.Param{{Name: "text", Kind: lang.TextKind(), Rest: true}},
			Summary: "put a mark on the time axis", Examples: []string{`mark "before the fix"`}, Run: verb(mark)},
	}
}

// recordCommands write what is typed as a script.
func recordCommands() []lang.Command {
	return []lang.Command{
		{Name: "record", Section: scriptSection,
			Params:  []lang.Param{{Name: "file", Kind: newFileKind()}, {Name: "force", Kind: forceKind(), Optional: true}},
			Summary: "write what is typed from now on as a script",
			Detail: "Every line is written when it begins, with an `at` for the pause before it, so that a crash loses nothing. " +
				"A line that fails is kept as a comment, but for an expect. A file that is there is only written over with force.",
			Examples: []string{"record mine.pulsh force"}, Run: lang.Record},
		{Name: "record stop", Section: scriptSection, Summary: "end the recording", Examples: []string{"record stop"}, Run: lang.RecordStop},
	}
}

// scrollCommands move the graph in time.
func scrollCommands() []lang.Command {
	by := []lang.Param{{Name: "by", Kind: durationKind(), Optional: true}}
	return []lang.Command{
		{Name: "graph freeze", Section: lookSection, Summary: "stop the graph where it is",
			Detail:   "The graph says that it is frozen and its right edge says since when; status rows and load go on.",
			Examples: []string{"graph freeze"}, Run: verb(freeze)},
		{Name: "graph back", Section: lookSection, Params: by, Summary: "move the graph back in time",
			Detail: "Without a span it goes by most of its window, as PgUp does on an empty line.", Examples: []string{"graph back", "graph back 5m"}, Run: verb(scrollBy(-1))},
		{Name: "graph forward", Section: lookSection, Params: by, Summary: "move the graph forward in time, up to now",
			Detail: "Without a span it goes by most of its window, as PgDn does on an empty line.", Examples: []string{"graph forward 1m"}, Run: verb(scrollBy(1))},
		{Name: "graph live", Section: lookSection, Summary: "let the graph follow the time again", Examples: []string{"graph live"}, Run: verb(live)},
	}
}

// shiftCommands move a consumer group's own subscription by messages.
func shiftCommands() []lang.Command {
	group := lang.Param{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}
	messages := lang.Param{Name: "messages", Kind: messagesKind()}
	const whole = "The broker moves by whole entries, that is batches, so it is right to half a batch; messages are entries times the messages in an entry. " +
		"All partitions move to one instant. "
	return []lang.Command{
		{Name: "rewind", Section: groupSection, Changes: true, Params: []lang.Param{group, messages},
			Summary:  "receive a number of messages again",
			Detail:   whole + "What the topic has given up cannot come again.",
			Examples: []string{"rewind sub1 1000"}, Run: verb(rewind)},
		{Name: "skip", Section: groupSection, Changes: true, Destroys: true, Params: []lang.Param{group, messages},
			Summary:  "pass over the oldest messages that wait for a consumer group",
			Detail:   whole + lang.AsksFirst,
			Examples: []string{"skip sub1 1000"}, Run: verb(skip)},
		{Name: "clear", Section: groupSection, Changes: true, Destroys: true, Params: []lang.Param{group},
			Summary:  "pass over all messages that wait for a consumer group",
			Detail:   lang.AsksFirst,
			Examples: []string{"clear sub1"}, Run: verb(clearGroup)},
	}
}

// subscriptionCommands look after subscriptions.
func subscriptionCommands() []lang.Command {
	topic := topicParam()
	name := lang.TextKind()
	name.Name, name.Sample = "SUBSCRIPTION", "sub1"
	name.Doc = "the name of a subscription"
	name.Parse = func(text string) (any, error) {
		if text == "" {
			return nil, errors.New("a subscription needs a name")
		}
		return text, nil
	}
	sub := lang.Param{Name: "sub", Kind: name}
	from := lang.Words("latest", "earliest")
	return []lang.Command{
		{Name: "subs", Section: clusterSection, Params: []lang.Param{topic}, Summary: "list the subscriptions of a topic",
			Examples: []string{"subs fast"}, Run: verb(listSubs)},
		{Name: "sub create", Section: clusterSection,
			Params:   []lang.Param{topic, sub, {Name: "from", Kind: from, Keyed: true, Optional: true, Doc: "where it begins; latest if not given"}},
			Summary:  "create a subscription, so that messages are kept for it",
			Examples: []string{"sub create fast audit from=earliest"}, Run: verb(createSub)},
		{Name: "sub delete", Section: clusterSection, Destroys: true, Params: append([]lang.Param{topic, sub}, forceParams()...),
			Summary:  "delete a subscription with its backlog",
			Detail:   "With force its consumers are disconnected; those that connect again create it anew. " + lang.AsksFirst,
			Examples: []string{"sub delete fast audit", "sub delete fast sub1 force=on"}, Run: verb(deleteSub)},
		{Name: "sub skip", Section: clusterSection, Destroys: true, Params: []lang.Param{topic, sub, {Name: "messages", Kind: messagesKind()}},
			Summary: "take the oldest messages off a subscription's backlog",
			Detail: "The broker skips whole entries, that is batches, and partition by partition: the messages are divided among the partitions by " +
				"what waits in each, and counted as entries times the messages in an entry. " + lang.AsksFirst,
			Examples: []string{"sub skip fast audit 1000"}, Run: verb(skipSub)},
		{Name: "sub clear", Section: clusterSection, Destroys: true, Params: []lang.Param{topic, sub},
			Summary: "take everything off a subscription's backlog", Detail: lang.AsksFirst,
			Examples: []string{"sub clear fast audit"}, Run: verb(clearSub)},
		{Name: "sub expire", Section: clusterSection, Destroys: true, Params: []lang.Param{topic, sub, {Name: "age", Kind: ageKind()}},
			Summary:  "take what is older than a span of time off a subscription's backlog",
			Detail:   "The broker does it in its own time, and counts in whole seconds. " + lang.AsksFirst,
			Examples: []string{"sub expire fast audit 10m"}, Run: verb(expireSub)},
	}
}

// topicCommands look after single topics.
func topicCommands() []lang.Command {
	topic := topicParam()
	partitions := partitionsKind()
	return []lang.Command{
		{Name: "topic create", Section: clusterSection,
			Params:   []lang.Param{topic, {Name: "partitions", Kind: partitions, Keyed: true, Optional: true, Doc: "how many; without it the topic has none"}},
			Summary:  "create a topic",
			Examples: []string{"topic create orders partitions=8"}, Run: verb(createTopic)},
		{Name: "topic stats", Section: clusterSection, Params: []lang.Param{topic},
			Summary:  "show what the broker says of a topic, its partitions and its subscriptions",
			Detail:   "Takes a second: rates are counted between two answers of the broker, whose own are averages over a minute.",
			Examples: []string{"topic stats fast"}, Run: verb(topicStats)},
		{Name: "topic partitions", Section: clusterSection, Params: []lang.Param{topic, {Name: "count", Kind: partitions}},
			Summary: "give a partitioned topic more partitions", Detail: "None can be taken away.",
			Examples: []string{"topic partitions orders 16"}, Run: verb(growTopic)},
		{Name: "topic delete", Section: clusterSection, Destroys: true, Params: append([]lang.Param{topic}, forceParams()...),
			Summary:  "delete a topic with everything that it stores",
			Detail:   "With force it goes while clients are connected; those that connect again create it anew. " + lang.AsksFirst,
			Examples: []string{"topic delete orders", "topic delete fast force"}, Run: verb(deleteTopic)},
		{Name: "topic unload", Section: clusterSection, Params: []lang.Param{topic},
			Summary:  "make the broker give a topic up, so that all clients connect again",
			Detail:   "Nothing is lost: it shows how clients take a reconnect.",
			Examples: []string{"topic unload fast"}, Run: verb(unloadTopic)},
		{Name: "topic terminate", Section: clusterSection, Destroys: true, Params: []lang.Param{topic},
			Summary:  "end publishing to a topic, for good",
			Detail:   "What it stores can still be received. " + lang.AsksFirst,
			Examples: []string{"topic terminate fast"}, Run: verb(terminateTopic)},
		{Name: "topic compact", Section: clusterSection, Params: []lang.Param{topic},
			Summary:  "compact a topic to the last message of each key, and wait until that is done",
			Detail:   "Ctrl-C ends the wait; the broker goes on. Only readers that ask for the compacted topic see less; messages without a key are not in it.",
			Examples: []string{"topic compact fast"}, Run: verb(compactTopic)},
	}
}

// tuneCommands change groups while they run.
func tuneCommands() []lang.Command {
	group := lang.Param{Name: "group", Kind: groupKind()}
	producer := lang.Param{Name: "group", Kind: groupOf(snapshot.Produce, "fast")}
	consumer := lang.Param{Name: "group", Kind: groupOf(snapshot.Consume, "sub1")}
	all := lang.Param{Name: "group", Kind: allKind()}
	return []lang.Command{
		{Name: "scale", Section: groupSection, Changes: true,
			Params:  []lang.Param{group, {Name: "workers", Kind: scaleKind()}},
			Summary: "change the number of workers", Detail: "The rate stays what it is: workers share it.",
			Examples: []string{"scale fast +4", "scale fast 8", "scale sub1 -2"}, Run: verb(scaleGroup)},
		{Name: "rate", Section: groupSection, Changes: true,
			Params:  []lang.Param{group, {Name: "rate", Kind: changeKind(), Rest: true}},
			Summary: "change the rate from now on",
			Detail: "What was due before is not made up for, and nothing bursts. A consumer group takes so many messages at most, and all with max; " +
				"the others wait in the client's queue and in the broker.",
			Examples: []string{"rate fast ramp(1k..50k,2m)", "rate fast +10%", "rate fast 50k", "rate sub1 5k", "rate sub1 max"}, Run: verb(changeRate)},
		{Name: "burst", Section: groupSection, Changes: true,
			Params: []lang.Param{producer, {Name: "factor", Kind: factorKind()},
				{Name: "for", Kind: durationKind(), Keyed: true, Optional: true, Doc: "how long; 10s if not given"}},
			Summary: "multiply the rate for a while", Examples: []string{"burst fast x5 for=10s"}, Run: verb(burst)},
		{Name: "pause", Section: groupSection, Changes: true, Params: []lang.Param{all},
			Summary: "hold a group back; its connections stay", Examples: []string{"pause fast", "pause all"}, Run: verb(pause)},
		{Name: "resume", Section: groupSection, Changes: true, Params: []lang.Param{all},
			Summary: "go on after pause", Examples: []string{"resume fast", "resume all"}, Run: verb(resume)},
		{Name: "set", Section: groupSection, Applies: applies, Changes: true, SomeSetting: true,
			Params:  append([]lang.Param{group}, groupParams()...),
			Summary: "change settings while the load runs",
			Detail: "What the client takes only at creation is made anew behind the scenes: the old lanes send what they have, and none is lost or sent twice. " +
				"`help produce start` and `help consume start` list the settings.",
			Examples: []string{"set fast size=4KiB compression=zstd batch=500"}, Run: verb(setGroup)},
		{Name: "seek", Section: groupSection, Changes: true,
			Params:  []lang.Param{consumer, {Name: "to", Kind: whenKind()}},
			Summary: "move a subscription back or forward",
			Detail: "The group is held back, its acknowledgements leave, the cursor moves, and the ledger opens a new epoch, " +
				"so that what comes again is not called a duplicate.",
			Examples: []string{"seek sub1 -5m", "seek sub1 earliest"}, Run: verb(seek)},
		{Name: "reset", Section: groupSection, Changes: true, Params: []lang.Param{all},
			Summary: "set a group's figures to zero", Examples: []string{"reset fast", "reset all"}, Run: verb(reset)},
	}
}
