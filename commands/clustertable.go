package commands

import (
	"slices"

	"pulsh/commands/cluster"
	"pulsh/commands/host"
	"pulsh/commands/kinds"
	"pulsh/commands/lang"
	"pulsh/commands/messages"
)

// clusterRows returns the commands on the cluster, in the order of the manual.
func clusterRows() []lang.Command {
	return slices.Concat(connectRows(), kinds.OnClusters(slices.Concat(topicRows(), schemaRows(), subscriptionRows(), messages.Commands())), localRows(), faultRows())
}

// connectRows returns the command that connects.
func connectRows() []lang.Command {
	return []lang.Command{
		{Name: "connect", Section: host.ClusterSection, Connects: true, Changes: true, Params: connectParams(),
			Summary:  "connect to a cluster",
			Detail:   "All groups must be stopped first, but for those on clusters that were added: see cluster add.",
			Examples: []string{"connect pulsar://localhost:6650 admin=http://localhost:8080", "connect pulsar://localhost:6650 wait=60s"}, Run: host.Verb(cluster.Connect)},
		{Name: "cluster add", Section: host.ClusterSection, Changes: true, Params: append([]lang.Param{{Name: "name", Kind: cluster.NewName()}}, connectParams()...),
			Summary: "add a cluster beside the session's own, for groups with cluster=NAME",
			Detail: "The session's own cluster is called default. Groups take cluster=NAME when they start, and the commands on topics take it too; without it they act on default. " +
				"Each cluster has its own connections, and one that is away makes only its own figures unknown. " +
				"Where a topic is replicated, a producer group on one cluster and a consumer group on the other share a delivery check: e2e is then the replication lag, by one clock; of other senders the clocks are bounded from below only. " +
				"It begins with the first message that arrives on the other cluster: until then topics of the same name have nothing to do with each other. " +
				"What has been acknowledged and has not arrived is outstanding; only what is missing between messages that arrived is lost.",
			Examples: []string{"cluster add eu pulsar://localhost:6650 admin=http://localhost:8080", "cluster add us pulsar+ssl://pulsar.example.com:6651 token_file=/run/secrets/token wait=60s"}, Run: host.Verb(cluster.AddCluster)},
		{Name: "cluster list", Section: host.ClusterSection, Offline: true, Summary: "list the clusters, with the sums of their groups",
			Examples: []string{"cluster list"}, Run: host.Verb(cluster.ListClusters)},
		{Name: "cluster remove", Section: host.ClusterSection, Offline: true, Changes: true, Params: append([]lang.Param{{Name: host.ClusterArgument, Kind: kinds.Cluster()}}, lang.ForceParams()...),
			Summary:  "close the connections to a cluster that was added, and forget it",
			Detail:   "force stops the groups on it. Their settings stay: `set GROUP cluster=default` moves one before it starts again.",
			Examples: []string{"cluster remove eu", "cluster remove eu force"}, Run: host.Verb(cluster.RemoveCluster)},
	}
}

// connectParams returns where a cluster is and how it is entered.
func connectParams() []lang.Param {
	path, variable := kinds.TokenFile(), kinds.TokenVariable()
	return append([]lang.Param{{Name: "url", Kind: kinds.Url()},
		{Name: "admin", Kind: kinds.AdminURL(), Keyed: true, Optional: true, Doc: "URL of the admin API, for backlog, seek and topics"},
		{Name: "token_file", Kind: path, Keyed: true, Optional: true, Doc: "file with the token"},
		{Name: "token_env", Kind: variable, Keyed: true, Optional: true, Doc: "environment variable with the token"},
		{Name: "trust_certs", Kind: path, Keyed: true, Optional: true, Doc: "CA certificates to trust in addition to the system's"},
		{Name: "tls_check", Kind: lang.Words("full", "any-host", "none"), Keyed: true, Optional: true, Doc: "how to verify the server certificate"},
		{Name: "wait", Kind: kinds.Duration(), Keyed: true, Optional: true, Doc: "how long to try again while the cluster is starting; one attempt if not given"}}, append(kinds.LoginParams(path, variable), kinds.TuningParams()...)...)
}

// topicRows returns the commands on topics.
func topicRows() []lang.Command {
	topic := cluster.TopicParam()
	namespace, partitions := kinds.Namespace(), kinds.Partitions()
	return []lang.Command{
		{Name: "topics", Section: host.ClusterSection, Params: []lang.Param{{Name: "namespace", Kind: namespace, Optional: true}},
			Summary: "list the topics of a namespace, with rates, backlog and storage", Examples: []string{"topics", "topics public/default"}, Run: host.Verb(cluster.Topics)},
		{Name: "topic create", Section: host.ClusterSection,
			Params:   []lang.Param{topic, {Name: "partitions", Kind: partitions, Keyed: true, Optional: true, Doc: "number of partitions; default: not partitioned"}},
			Summary:  "create a topic",
			Examples: []string{"topic create orders partitions=8"}, Run: host.Verb(cluster.CreateTopic)},
		{Name: "topic stats", Section: host.ClusterSection, Params: []lang.Param{topic},
			Summary:  "show the broker's statistics for a topic",
			Detail:   "Takes a second: rates are computed from two readings, because the broker's own are averages over a minute.",
			Examples: []string{"topic stats fast"}, Run: host.Verb(cluster.TopicStats)},
		{Name: "topic partitions", Section: host.ClusterSection, Disturbs: true, Params: []lang.Param{topic, {Name: "count", Kind: partitions}},
			Summary: "add partitions to a partitioned topic", Detail: "Partitions cannot be removed.",
			Examples: []string{"topic partitions orders 16"}, Run: host.Verb(cluster.GrowTopic)},
		{Name: "topic delete", Section: host.ClusterSection, Destroys: true, Params: append([]lang.Param{topic}, lang.ForceParams()...),
			Summary:  "delete a topic and its messages",
			Detail:   "force deletes it while clients are connected; they re-create it when they reconnect. " + lang.AsksFirst,
			Examples: []string{"topic delete orders", "topic delete fast force"}, Run: host.Verb(cluster.DeleteTopic)},
		{Name: "topic unload", Section: host.ClusterSection, Disturbs: true, Params: []lang.Param{topic},
			Summary:  "unload the topic from its broker; clients reconnect",
			Detail:   "No message is lost. It shows how clients handle a reconnect.",
			Examples: []string{"topic unload fast"}, Run: host.Verb(cluster.UnloadTopic)},
		{Name: "topic terminate", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic},
			Summary:  "terminate a topic: no more publishing, ever",
			Detail:   "Stored messages can still be received. " + lang.AsksFirst,
			Examples: []string{"topic terminate fast"}, Run: host.Verb(cluster.TerminateTopic)},
		{Name: "topic compact", Section: host.ClusterSection, Disturbs: true, Params: []lang.Param{topic},
			Summary:  "compact a topic to the last message of each key, and wait for the end",
			Detail:   "Ctrl-C ends the wait, not the compaction. Only consumers with compacted=on see the result; it has no messages without a key.",
			Examples: []string{"topic compact fast"}, Run: host.Verb(cluster.CompactTopic)},
	}
}

// schemaRows returns the commands on the schemas of topics.
func schemaRows() []lang.Command {
	topic := cluster.TopicParam()
	return []lang.Command{
		{Name: "schema show", Section: host.ClusterSection, Params: []lang.Param{topic, {Name: "version", Kind: cluster.SchemaVersion(), Keyed: true, Optional: true, Doc: "version, from 0; default the newest"}},
			Summary: "show the schema of a topic", Detail: "Avro and JSON as JSON, Protobuf as a .proto file has it.",
			Examples: []string{"schema show orders", "schema show orders version=0"}, Run: host.Verb(cluster.ShowSchema)},
		{Name: "schema upload", Section: host.ClusterSection, Disturbs: true, Params: []lang.Param{topic, {Name: "schema", Kind: kinds.Uploaded()}},
			Summary:  "register a schema of a topic",
			Detail:   "It must fit the one that the topic has, by the compatibility strategy of the namespace.",
			Examples: []string{"schema upload orders string"}, Run: host.Verb(cluster.UploadSchema)},
		{Name: "schema delete", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic},
			Summary: "delete all versions of the schema of a topic", Detail: "Messages stay, and consumers cannot decode them any more. " + lang.AsksFirst,
			Examples: []string{"schema delete orders"}, Run: host.Verb(cluster.DeleteSchema)},
	}
}

// subscriptionRows returns the commands on subscriptions.
func subscriptionRows() []lang.Command {
	topic := cluster.TopicParam()
	sub := lang.Param{Name: "sub", Kind: kinds.Subscription()}
	from := lang.Words("latest", "earliest")
	return []lang.Command{
		{Name: "subs", Section: host.ClusterSection, Params: []lang.Param{topic}, Summary: "list the subscriptions of a topic",
			Examples: []string{"subs fast"}, Run: host.Verb(cluster.ListSubs)},
		{Name: "sub create", Section: host.ClusterSection, Disturbs: true,
			Params:   []lang.Param{topic, sub, {Name: "from", Kind: from, Keyed: true, Optional: true, Doc: "initial position; default latest"}},
			Summary:  "create a subscription, so that the broker keeps messages for it",
			Examples: []string{"sub create fast audit from=earliest"}, Run: host.Verb(cluster.CreateSub)},
		{Name: "sub delete", Section: host.ClusterSection, Destroys: true, Params: append([]lang.Param{topic, sub}, lang.ForceParams()...),
			Summary:  "delete a subscription and its backlog",
			Detail:   "force disconnects its consumers; they re-create it when they reconnect. " + lang.AsksFirst,
			Examples: []string{"sub delete fast audit", "sub delete fast sub1 force=on"}, Run: host.Verb(cluster.DeleteSub)},
		{Name: "sub skip", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic, sub, {Name: "messages", Kind: kinds.Messages()}},
			Summary: "skip the oldest N messages of a subscription",
			Detail: "The broker skips whole entries (batches) of each partition: the number is divided in proportion to the backlog of each partition, " +
				"and messages are estimated as entries × messages per entry. " + lang.AsksFirst,
			Examples: []string{"sub skip fast audit 1000"}, Run: host.Verb(cluster.SkipSub)},
		{Name: "sub clear", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic, sub},
			Summary: "skip the whole backlog of a subscription", Detail: lang.AsksFirst,
			Examples: []string{"sub clear fast audit"}, Run: host.Verb(cluster.ClearSub)},
		{Name: "sub expire", Section: host.ClusterSection, Destroys: true, Params: []lang.Param{topic, sub, {Name: "age", Kind: kinds.Age()}},
			Summary:  "expire the messages of a subscription that are older than an age",
			Detail:   "The broker expires in the background, and counts in whole seconds. " + lang.AsksFirst,
			Examples: []string{"sub expire fast audit 10m"}, Run: host.Verb(cluster.ExpireSub)},
	}
}

// localRows returns the commands on the local Pulsar.
func localRows() []lang.Command {
	return []lang.Command{
		{Name: "local start", Section: host.ClusterSection, Connects: true, Changes: true, Summary: "run a real Pulsar on this machine and connect to it",
			Detail: "Needs Java 17 or later and 0.5 GiB of memory; downloads Pulsar once. " +
				"The server stops with the last pulsh that uses it, and keeps its data. With embedded it is pulsh's own broker, in memory and in this process: " +
				"it is there at once, and its figures are not those of a Pulsar.",
			Params: []lang.Param{{Name: "where", Kind: lang.Words("embedded"), Optional: true},
				{Name: "transactions", Kind: lang.Words("off", "on"), Keyed: true, Optional: true, Doc: "on: enable the transaction coordinator, for the settings txn and transform; the embedded broker always has one"}},
			Examples: []string{"local start", "local start transactions=on", "local start embedded"}, Run: host.Verb(cluster.LocalStart)},
		{Name: "local stop", Section: host.ClusterSection, Offline: true, Disturbs: true, Summary: "stop the local Pulsar for all who use it", Examples: []string{"local stop"}, Run: host.Verb(cluster.LocalStop)},
		{Name: "local kill", Section: host.ClusterSection, Offline: true, Disturbs: true, Summary: "kill the local Pulsar as a crash would",
			Detail: "A real kill -9. `local restart` brings it back with its data.", Examples: []string{"local kill"}, Run: host.Verb(cluster.LocalKill)},
		{Name: "local restart", Section: host.ClusterSection, Offline: true, Disturbs: true, Summary: "restart the local Pulsar with its data",
			Examples: []string{"local restart"}, Run: host.Verb(cluster.LocalRestart)},
		{Name: "local status", Section: host.ClusterSection, Offline: true, Summary: "show the local Pulsar's status", Examples: []string{"local status"}, Run: host.Verb(cluster.LocalStatus)},
		{Name: "local logs", Section: host.ClusterSection, Offline: true, Params: []lang.Param{{Name: "lines", Kind: cluster.LogLines(), Optional: true}},
			Summary: "print the end of the local Pulsar's log", Examples: []string{"local logs", "local logs 50"}, Run: host.Verb(cluster.LocalLogs)},
	}
}

// faultRows returns the commands that let the embedded broker do something wrong.
func faultRows() []lang.Command {
	return []lang.Command{
		{Name: "fault", Section: host.ClusterSection, Params: cluster.FaultParams(),
			Summary: "let the embedded broker do something wrong, on purpose",
			Detail: "The first word says what it is about: what clients send (send, acks, flow, lookups, creates), what the broker sends (receipts, messages, answers), pings, or all. " +
				"delay holds it back, drop loses a share, corrupt turns a bit of a share, error refuses a share with a code of the protocol, close closes the connection at a share. " +
				"lose, double and swap are for what is sent: a share of the entries is acknowledged and lost, stored twice, or stored after the next one, as a broken broker would. " +
				"It lasts until `fault off`, or as long as for says. The graph has a mark.",
			Examples: []string{"fault receipts delay=200ms for=10s", "fault messages drop=0.5%", "fault send error=PersistenceError share=1%", "fault send lose=0.1%", "fault creates error=ProducerBusy for=30s"},
			Run:      host.Verb(cluster.Fault)},
		{Name: "fault drop", Section: host.ClusterSection, Params: cluster.FaultDropParams(),
			Summary: "lose a share of what is sent", Examples: []string{"fault drop 1% send", "fault drop 5% acks for=1m"}, Run: host.Verb(cluster.FaultDrop)},
		{Name: "fault throttle", Section: host.ClusterSection, Params: cluster.FaultThrottleParams(),
			Summary: "let each connection of the embedded broker send so many bytes a second", Examples: []string{"fault throttle 1MiB for=10s"}, Run: host.Verb(cluster.FaultThrottle)},
		{Name: "fault disconnect", Section: host.ClusterSection, Summary: "close all connections of the embedded broker",
			Detail: "Clients connect again at once.", Examples: []string{"fault disconnect"}, Run: host.Verb(cluster.FaultDisconnect)},
		{Name: "fault list", Section: host.ClusterSection, Summary: "list the faults in force", Examples: []string{"fault list"}, Run: host.Verb(cluster.FaultList)},
		{Name: "fault off", Section: host.ClusterSection, Summary: "end all faults", Examples: []string{"fault off"}, Run: host.Verb(cluster.FaultOff)},
	}
}
