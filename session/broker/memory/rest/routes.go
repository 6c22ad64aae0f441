package rest

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/figures"
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/protocol"
)

// route is a call of the admin API.
type route struct {
	method, path string
	run          func(*request) (any, error)
}

const root = "admin/v2/"

// routes are the calls that are served. The first that matches is taken.
var routes = []route{
	{"GET", root + "brokers/version", func(*request) (any, error) { return plain(memory.Version), nil }},
	{"GET", root + "brokers/health", func(*request) (any, error) { return plain("ok"), nil }},
	{"GET", root + "brokers/ready", func(*request) (any, error) { return plain("ok"), nil }},
	{"GET", root + "brokers/configuration/runtime", func(*request) (any, error) { return map[string]string{}, nil }},
	{"GET", root + "clusters", func(*request) (any, error) { return []string{"embedded"}, nil }},
	{"GET", root + "clusters/{*}", getCluster},
	{"GET", root + "tenants", func(r *request) (any, error) { return r.broker.Tenants(), nil }},
	{"PUT", root + "tenants/{*}", func(*request) (any, error) { return nil, nil }},
	{"GET", root + "namespaces/{*}", func(r *request) (any, error) { return list(r.broker.Namespaces(r.args[0])), nil }},
	{"PUT", root + "namespaces/{n}", putNamespace},
	{"GET", root + "namespaces/{n}/topics", getTopics},
	{"GET", root + "namespaces/{n}/schemaCompatibilityStrategy", getStrategy},
	{"PUT", root + "namespaces/{n}/schemaCompatibilityStrategy", setStrategy},
	{"POST", root + "namespaces/{n}/schemaCompatibilityStrategy", notAllowed},
	{"GET", root + "namespaces/{n}/isAllowAutoUpdateSchema", getAutoUpdate},
	{"POST", root + "namespaces/{n}/isAllowAutoUpdateSchema", setAutoUpdate},
	{"GET", root + "namespaces/{n}/{*}", getNamespacePolicy},
	{"POST", root + "namespaces/{n}/{*}", setNamespacePolicy},
	{"PUT", root + "namespaces/{n}/{*}", setNamespacePolicy},
	{"DELETE", root + "namespaces/{n}/{*}", setNamespacePolicy},
	{"GET", "lookup/v2/topic/{t}", lookup},

	{"GET", root + "persistent/{n}/partitioned", func(r *request) (any, error) { return list(r.broker.Partitioned("persistent", r.ns)), nil }},
	{"GET", root + "persistent/{n}", func(r *request) (any, error) { return list(r.broker.Topics(r.ns, 0)), nil }},
	{"GET", root + "non-persistent/{n}/partitioned", func(r *request) (any, error) { return list(r.broker.Partitioned("non-persistent", r.ns)), nil }},
	{"GET", root + "non-persistent/{n}", func(r *request) (any, error) { return list(r.broker.Topics(r.ns, 1)), nil }},

	{"PUT", root + "{t}", func(r *request) (any, error) { return nil, r.refused(r.broker.Create(r.name.Full, 0)) }},
	{"DELETE", root + "{t}", deleteTopic},
	{"GET", root + "{t}/partitions", getPartitions},
	{"PUT", root + "{t}/partitions", putPartitions},
	{"POST", root + "{t}/partitions", growPartitions},
	{"DELETE", root + "{t}/partitions", deletePartitioned},
	{"PUT", root + "{t}/unload", unload},
	{"POST", root + "{t}/terminate", terminate},
	{"POST", root + "{t}/terminate/partitions", terminateAll},
	{"GET", root + "{t}/stats", getStats},
	{"GET", root + "{t}/partitioned-stats", getPartitionedStats},
	{"GET", root + "{t}/internalStats", getInternal},
	{"GET", root + "{t}/partitioned-internalStats", getPartitionedInternal},
	{"GET", root + "{t}/ledger/{*}/entry/{*}", getEntry},
	{"GET", root + "{t}/lastMessageId", getLast},
	{"GET", root + "{t}/subscriptions", getSubscriptions},
	{"PUT", root + "{t}/subscription/{s}", putSubscription},
	{"DELETE", root + "{t}/subscription/{s}", deleteSubscription},
	{"POST", root + "{t}/subscription/{s}/skip/{*}", skip},
	{"POST", root + "{t}/subscription/{s}/skip_all", func(r *request) (any, error) {
		return r.each(func(s *memory.Subscription) error { s.SkipAll(); return nil })
	}},
	{"POST", root + "{t}/subscription/{s}/expireMessages/{*}", expire},
	{"POST", root + "{t}/subscription/{s}/resetcursor/{*}", resetToTime},
	{"POST", root + "{t}/subscription/{s}/resetcursor", resetToID},
	{"PUT", root + "{t}/compaction", compact},
	{"GET", root + "{t}/compaction", getCompaction},
	{"GET", root + "schemas/{n}/{*}/schema", getSchema},
	{"GET", root + "schemas/{n}/{*}/schema/{*}", getSchema},
	{"GET", root + "schemas/{n}/{*}/schemas", getSchemas},
	{"POST", root + "schemas/{n}/{*}/compatibility", testSchema},
	{"POST", root + "schemas/{n}/{*}/version", findSchema},
	{"POST", root + "schemas/{n}/{*}/schema", postSchema},
	{"DELETE", root + "schemas/{n}/{*}/schema", deleteSchema},
	{"GET", root + "{t}/schemaCompatibilityStrategy", getTopicStrategy},
	{"PUT", root + "{t}/schemaCompatibilityStrategy", setTopicStrategy},
	{"POST", root + "{t}/schemaCompatibilityStrategy", notAllowed},
	{"GET", root + "{t}/{*}", getTopicPolicy},
	{"POST", root + "{t}/{*}", setTopicPolicy},
	{"DELETE", root + "{t}/{*}", setTopicPolicy},
}

// notAllowed refuses a method that a resource does not have, but others of its kind do.
func notAllowed(*request) (any, error) {
	return nil, fail(http.StatusMethodNotAllowed, "Method Not Allowed")
}

// list is a list that is written as [] when empty.
func list(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

func getCluster(r *request) (any, error) {
	if r.args[0] != "embedded" {
		return nil, fail(http.StatusNotFound, "Cluster %s does not exist", r.args[0])
	}
	return map[string]string{"brokerServiceUrl": r.server.options.ServiceURL, "serviceUrl": r.server.URL()}, nil
}

func putNamespace(r *request) (any, error) {
	if errors.Is(r.broker.AddNamespace(r.ns), memory.ErrExists) {
		return nil, fail(http.StatusConflict, "Namespace already exists")
	}
	return nil, nil
}

func getTopics(r *request) (any, error) {
	tenant, _, _ := strings.Cut(r.ns, "/")
	if !slices.Contains(r.broker.Namespaces(tenant), r.ns) {
		return nil, fail(http.StatusNotFound, "Namespace does not exist")
	}
	return list(r.broker.Topics(r.ns, 2)), nil
}

func lookup(r *request) (any, error) {
	return map[string]string{"brokerUrl": r.server.options.ServiceURL, "brokerUrlTls": "", "httpUrl": r.server.URL(), "httpUrlTls": "", "nativeUrl": r.server.options.ServiceURL}, nil
}

// count is the number of partitions of the topic.
func (r *request) count() int {
	n, _ := r.broker.Partitions(r.name.Full, false)
	return n
}

func getPartitions(r *request) (any, error) {
	n, err := r.broker.Partitions(r.name.Full, true)
	if err != nil {
		return nil, fail(http.StatusNotFound, "Topic %s not found", r.name.Full)
	}
	return figures.Partitions{Count: n}, nil
}

// partitionCount reads the number of partitions from the body.
func (r *request) partitionCount() (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(string(r.body)))
	if err != nil || n < 1 {
		return 0, fail(http.StatusNotAcceptable, "Number of partitions should be more than 0")
	}
	return n, nil
}

func putPartitions(r *request) (any, error) {
	n, err := r.partitionCount()
	if err != nil {
		return nil, err
	}
	if r.name.Partition >= 0 {
		return nil, fail(http.StatusPreconditionFailed, "Partitioned Topic Name should not contain '-partition-'")
	}
	if err := r.broker.Create(r.name.Full, n); errors.Is(err, memory.ErrInvalid) {
		return nil, fail(http.StatusNotAcceptable, "Number of partitions should be less than or equal to 10000")
	} else {
		return nil, r.refused(err)
	}
}

func growPartitions(r *request) (any, error) {
	n, err := r.partitionCount()
	if err != nil {
		return nil, err
	}
	switch err := r.broker.Grow(r.name.Full, n); {
	case errors.Is(err, memory.ErrInvalid):
		return nil, fail(http.StatusUnprocessableEntity, "Desired partitions %d can't be less than the current partitions %d.", n, r.count())
	case errors.Is(err, memory.ErrMissing):
		return nil, fail(http.StatusConflict, "Topic %s is not the partitioned topic.", r.name.Full)
	default:
		return nil, r.refused(err)
	}
}

func unload(r *request) (any, error) {
	parts, err := r.parts()
	if err != nil {
		return nil, err
	}
	for _, t := range parts {
		t.Unload()
	}
	return nil, nil
}

// messageID is a place in the JSON of the admin API.
type messageID struct {
	Ledger    int64 `json:"ledgerId"`
	Entry     int64 `json:"entryId"`
	Partition int   `json:"partitionIndex"`
}

// lastID is the place of the last message of a terminated topic.
type lastID struct {
	messageID
	Batch int `json:"batchIndex"`
	Size  int `json:"batchSize"`
}

// batchID is the place of a message in a batch.
type batchID struct {
	lastID
	Original    int `json:"originalBatchSize"`
	Outstanding int `json:"outstandingAcksInSameBatch"`
}

func idOf(t *memory.Topic, p log.Position) messageID {
	return messageID{int64(p.Ledger), p.Entry, t.Name().Partition}
}

func terminate(r *request) (any, error) {
	if n, _ := r.broker.Partitions(r.name.Full, false); n > 0 {
		return nil, fail(http.StatusMethodNotAllowed, "Termination of a partitioned topic is not allowed")
	}
	t, err := r.one()
	if err != nil {
		return nil, err
	}
	return lastID{idOf(t, t.Terminate()), -1, 0}, nil
}

func terminateAll(r *request) (any, error) {
	parts, err := r.parts()
	if err != nil {
		return nil, err
	}
	all := map[string]messageID{}
	for i, t := range parts {
		all[strconv.Itoa(i)] = idOf(t, t.Terminate())
	}
	return all, nil
}

func getStats(r *request) (any, error) {
	t, err := r.one()
	if err != nil {
		return nil, err
	}
	return t.Stats(), nil
}

// partitioned returns the partitions of a topic that must be partitioned.
func (r *request) partitioned() ([]*memory.Topic, error) {
	if n, _ := r.broker.Partitions(r.name.Full, false); n == 0 {
		return nil, fail(http.StatusNotFound, "Partitioned Topic not found: %s", r.name.Full)
	}
	return r.parts()
}

func getPartitionedStats(r *request) (any, error) {
	parts, err := r.partitioned()
	if err != nil {
		return nil, err
	}
	all := map[string]*figures.Topic{}
	for _, t := range parts {
		all[t.Name().Full] = t.Stats()
	}
	sum := figures.Sum(all)
	if !r.flag("perPartition") && r.URL.Query().Has("perPartition") {
		sum.Parts = map[string]*figures.Topic{}
	}
	return sum, nil
}

func getInternal(r *request) (any, error) {
	t, err := r.one()
	if err != nil {
		return nil, err
	}
	return t.Internal(), nil
}

func getPartitionedInternal(r *request) (any, error) {
	parts, err := r.partitioned()
	if err != nil {
		return nil, err
	}
	all := map[string]*figures.Internal{}
	for _, t := range parts {
		all[t.Name().Full] = t.Internal()
	}
	return map[string]any{"metadata": figures.Partitions{Count: len(parts)}, "partitions": all}, nil
}

func getEntry(r *request) (any, error) {
	t, err := r.one()
	if err != nil {
		return nil, err
	}
	ledger, err := r.number(0)
	if err != nil {
		return nil, err
	}
	entry, err := r.number(1)
	if err != nil {
		return nil, err
	}
	e, ok := t.Entry(log.Position{Ledger: uint64(ledger), Entry: entry})
	if !ok {
		return nil, fail(http.StatusNotFound, "Message id not found")
	}
	r.header.Set("X-Pulsar-Message-ID", strconv.FormatInt(ledger, 10)+":"+strconv.FormatInt(entry, 10))
	if e.Batch {
		r.header.Set("X-Pulsar-Num-Batch-Message", strconv.Itoa(int(e.Messages)))
	}
	r.header.Set("X-Pulsar-Publish-Time", time.UnixMilli(e.Published).UTC().Format("2006-01-02T15:04:05.000Z07:00"))
	parsed, err := protocol.ParseEntry(e.Data)
	if err != nil {
		return nil, err
	}
	return parsed.Payload, nil
}

func getLast(r *request) (any, error) {
	t, err := r.one()
	if err != nil {
		return nil, err
	}
	at := t.LastPosition()
	if e, ok := t.Entry(at); ok && e.Batch {
		return batchID{lastID: lastID{idOf(t, at), int(e.Messages) - 1, 0}}, nil
	}
	return idOf(t, at), nil
}

func getSubscriptions(r *request) (any, error) {
	parts, err := r.parts()
	if err != nil || len(parts) == 0 {
		return []string{}, err
	}
	return list(parts[0].SubscriptionNames()), nil
}

// subscriptionRefused turns an error of the model about a subscription into an answer.
func (r *request) subscriptionRefused(err error) error {
	switch {
	case errors.Is(err, memory.ErrExists):
		return fail(http.StatusConflict, "Subscription already exists for topic")
	case errors.Is(err, memory.ErrMissing):
		return fail(http.StatusNotFound, "Subscription %s not found for topic %s", r.sub, r.name.Full)
	case errors.Is(err, memory.ErrBusy):
		return fail(http.StatusPreconditionFailed, "Subscription has active connected consumers")
	case errors.Is(err, memory.ErrInvalid):
		return fail(http.StatusPreconditionFailed, "The name of the subscription is not allowed")
	case errors.Is(err, memory.ErrSubscriptions):
		return fail(http.StatusPreconditionFailed, "Exceed the maximum number of subscriptions of the topic: %s", r.name.Full)
	}
	return err
}

func putSubscription(r *request) (any, error) {
	parts, err := r.parts()
	if err != nil {
		if r.name.Partition >= 0 {
			return nil, err
		}
		_ = r.broker.Create(r.name.Full, 0) // a subscription creates its topic
		if parts, err = r.parts(); err != nil {
			return nil, err
		}
	}
	at := messageID{math.MaxInt64, math.MaxInt64, -1}
	if len(r.body) > 0 {
		if err := r.read(&at); err != nil {
			return nil, err
		}
	}
	for _, t := range parts {
		switch {
		case at.Ledger < 0:
			err = t.CreateSubscription(r.sub, memory.Earliest)
		case at.Ledger == math.MaxInt64:
			err = t.CreateSubscription(r.sub, memory.Latest)
		default:
			err = t.CreateSubscriptionAt(r.sub, log.Position{Ledger: uint64(at.Ledger), Entry: at.Entry})
		}
		if err != nil && (len(parts) == 1 || !errors.Is(err, memory.ErrExists) || t == parts[0]) {
			return nil, r.subscriptionRefused(err)
		}
	}
	return nil, nil
}

func deleteSubscription(r *request) (any, error) {
	parts, err := r.parts()
	if err != nil {
		return nil, err
	}
	for _, t := range parts {
		if err := t.DeleteSubscription(r.sub, r.flag("force")); err != nil {
			return nil, r.subscriptionRefused(err)
		}
	}
	return nil, nil
}

func compact(r *request) (any, error) {
	parts, err := r.parts()
	if err != nil {
		return nil, err
	}
	for _, t := range parts {
		t.Compact()
	}
	return nil, nil
}

func getCompaction(r *request) (any, error) {
	parts, err := r.parts()
	if err != nil || len(parts) == 0 {
		return nil, err
	}
	status, failure := parts[0].Compaction()
	return map[string]string{"status": status, "lastError": failure}, nil
}
