package rest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"pulsh/session/broker/memory"
	"pulsh/session/broker/memory/log"
	"pulsh/session/broker/memory/transaction"
	"pulsh/session/broker/protocol"
)

const txnRoot = "admin/v3/transactions/"

// txnRoutes are the calls about transactions.
var txnRoutes = []route{
	{"GET", txnRoot + "coordinators", getCoordinators},
	{"GET", txnRoot + "coordinatorStats", getCoordinatorStats},
	{"POST", txnRoot + "transactionCoordinator/replicas", growCoordinators},
	{"GET", txnRoot + "transactionMetadata/{*}/{*}", getTransaction},
	{"GET", txnRoot + "slowTransactions/{*}", getSlow},
	{"GET", txnRoot + "transactionInBufferStats/{p}/{*}/{*}", getInBuffer},
	{"GET", txnRoot + "transactionInPendingAckStats/{p}/{s}/{*}/{*}", getInPendingAck},
	{"GET", txnRoot + "transactionBufferStats/{p}", getBuffer},
	{"GET", txnRoot + "pendingAckStats/{p}/{s}", getPendingAck},
	{"GET", txnRoot + "coordinatorInternalStats/{*}", noLedger("Broker don't use MLTransactionMetadataStore!")},
	{"GET", txnRoot + "transactionBufferInternalStats/{p}", noLedger("Transaction buffer don't use managedLedger!")},
	{"GET", txnRoot + "pendingAckInternalStats/{p}/{s}", noLedger("Pending ack handle don't use managedLedger!")},
}

// noLedger refuses a call about the ledgers of transactions: this broker keeps them in
// memory. Pulsar has a sentence for that.
func noLedger(sentence string) func(*request) (any, error) {
	return func(*request) (any, error) { return nil, fail(http.StatusMethodNotAllowed, "%s", sentence) }
}

func getCoordinators(r *request) (any, error) {
	all := []map[string]any{}
	for i := range r.broker.Transactions.Count() {
		all = append(all, map[string]any{"id": i, "brokerServiceUrl": r.server.options.ServiceURL})
	}
	return all, nil
}

// coordinators are those that a call asks for: one, or all.
func (r *request) coordinators() (list []uint64, one bool, err error) {
	count := uint64(r.broker.Transactions.Count())
	text := r.URL.Query().Get("coordinatorId")
	if text == "" {
		for i := range count {
			list = append(list, i)
		}
		return list, false, nil
	}
	id, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return nil, true, fail(http.StatusNotFound, "HTTP 404 Not Found") // as for any parameter that is no number
	}
	if id >= count {
		return nil, true, fail(http.StatusNotFound, "Transaction coordinator not found! coordinator id : %d", id)
	}
	return []uint64{id}, true, nil
}

func getCoordinatorStats(r *request) (any, error) {
	list, one, err := r.coordinators()
	if err != nil {
		return nil, err
	}
	all := map[string]transaction.CoordinatorStats{}
	for _, id := range list {
		stats := r.broker.Transactions.Stats(id)
		if one {
			return stats, nil
		}
		all[strconv.FormatUint(id, 10)] = stats
	}
	return all, nil
}

func growCoordinators(r *request) (any, error) {
	n, err := strconv.Atoi(strings.TrimSpace(string(r.body)))
	if err != nil {
		return nil, fail(http.StatusBadRequest, "%.100q is no number of coordinators", r.body)
	}
	if !r.broker.Transactions.Grow(n) {
		return nil, fail(http.StatusNotAcceptable, "Number of transaction coordinators should be more than the current number of transaction coordinator")
	}
	return nil, nil
}

// errNumber is Pulsar's answer to an id or a time that is no number.
var errNumber = fail(http.StatusInternalServerError, "Request failed.")

// txn reads the id of a transaction from the last two arguments.
func (r *request) txn() (id protocol.Txn, err error) {
	var halves [2]uint64
	for i, text := range r.args[len(r.args)-2:] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return id, errNumber
		}
		halves[i] = uint64(n)
	}
	return protocol.Txn{Most: halves[0], Least: halves[1]}, nil
}

// inBuffer is what the admin API says of a transaction on a topic that it has sent to.
type inBuffer struct {
	Start   string `json:"startPosition,omitempty"`
	Aborted bool   `json:"aborted"`
}

// details is what the admin API says of a transaction.
type details struct {
	ID       string                         `json:"txnId"`
	Status   string                         `json:"status"`
	Opened   int64                          `json:"openTimestamp"`
	Timeout  int64                          `json:"timeoutAt"`
	Produced map[string]inBuffer            `json:"producedPartitions"`
	Acked    map[string]map[string]struct{} `json:"ackedPartitions"`
}

func txnText(id protocol.Txn) string { return fmt.Sprintf("(%d,%d)", id.Most, id.Least) }

func (r *request) details(d transaction.Details) details {
	all := details{txnText(d.ID), "OPEN", d.Began.UnixMilli(), d.TTL.Milliseconds(), map[string]inBuffer{}, map[string]map[string]struct{}{}}
	for _, topic := range d.Topics {
		if t := r.broker.Topic(topic); t != nil {
			all.Produced[topic] = bufferOf(t, d.ID)
		}
	}
	for _, s := range d.Subscriptions {
		if all.Acked[s.Topic] == nil {
			all.Acked[s.Topic] = map[string]struct{}{}
		}
		all.Acked[s.Topic][s.Subscription] = struct{}{}
	}
	return all
}

func getTransaction(r *request) (any, error) {
	id, err := r.txn()
	if err != nil {
		return nil, err
	}
	if r.broker.Transactions.Known(id.Most) != nil {
		return nil, fail(http.StatusNotFound, "Transaction coordinator with id %d not found!", id.Most)
	}
	d, open := r.broker.Transactions.Details(id)
	if !open {
		return nil, fail(http.StatusNotFound, "The transaction with this txdID `%s`not found ", txnText(id))
	}
	return r.details(d), nil
}

func getSlow(r *request) (any, error) {
	ms, err := strconv.ParseInt(r.args[0], 10, 64)
	if err != nil {
		return nil, errNumber
	}
	list, _, err := r.coordinators()
	if err != nil {
		return nil, err
	}
	all := map[string]details{}
	for _, id := range list {
		for _, d := range r.broker.Transactions.Slow(id, time.Duration(ms)*time.Millisecond) {
			all[txnText(d.ID)] = r.details(d)
		}
	}
	return all, nil
}

// loaded returns the topic, which must be there.
func (r *request) loaded() (*memory.Topic, error) {
	if t := r.broker.Topic(r.name.Full); t != nil {
		return t, nil
	}
	return nil, fail(http.StatusNotFound, "Topic not found %s", r.name.Full)
}

func position(p log.Position) string { return fmt.Sprintf("%d:%d", p.Ledger, p.Entry) }

func bufferOf(t *memory.Topic, id protocol.Txn) (in inBuffer) {
	memory.Transacted(t, "", func(l *log.Log, sends *transaction.Sends, _ *transaction.Acks) {
		if n, open := sends.First(id); open {
			in.Start = position(l.Position(n))
		}
		in.Aborted = sends.Aborted(id)
	})
	return in
}

func getInBuffer(r *request) (any, error) {
	id, err := r.txn()
	if err != nil {
		return nil, err
	}
	t, err := r.loaded()
	if err != nil {
		return nil, err
	}
	return bufferOf(t, id), nil
}

// acknowledged calls look with what is acknowledged in the subscription.
func (r *request) acknowledged(look func(*transaction.Acks)) error {
	t, err := r.loaded()
	if err != nil {
		return err
	}
	found := false
	memory.Transacted(t, r.sub, func(_ *log.Log, _ *transaction.Sends, acks *transaction.Acks) {
		if found = acks != nil; found {
			look(acks)
		}
	})
	if !found {
		return fail(http.StatusInternalServerError, "Subscription %s not found for topic %s", r.sub, r.name.Full) // Pulsar has no better status
	}
	return nil
}

// getInPendingAck answers without the one field that there is: cumulative acknowledgements
// are not possible in transactions here.
func getInPendingAck(r *request) (any, error) {
	if _, err := r.txn(); err != nil {
		return nil, err
	}
	return struct{}{}, r.acknowledged(func(*transaction.Acks) {})
}

// parted are the figures that the transactions of a topic and of a subscription share.
type parted struct {
	State        string `json:"state"`
	Ongoing      int    `json:"ongoingTxnSize"`
	RecoverStart int64  `json:"recoverStartTime"`
	RecoverEnd   int64  `json:"recoverEndTime"`
	// Low are the marks that a topic has heard of, if they are asked for: none here, where
	// transactions that have ended are forgotten at once.
	Low *map[string]int64 `json:"lowWaterMarks,omitempty"`
}

// parted returns the figures that are the same for all.
func (r *request) parted() (p parted) {
	if r.flag("lowWaterMarks") {
		p.Low = &map[string]int64{}
	}
	return p
}

// buffered is what the admin API says of the transactions of a topic.
type buffered struct {
	parted
	MaxRead   string `json:"maxReadPosition"`
	Snapshots int64  `json:"lastSnapshotTimestamps"`
	Aborts    int    `json:"totalAbortedTransactions"`
	Snapshot  string `json:"snapshotType"`
}

func getBuffer(r *request) (any, error) {
	t, err := r.loaded()
	if err != nil {
		return nil, err
	}
	b := buffered{parted: r.parted(), Snapshot: "Single"}
	memory.Transacted(t, "", func(l *log.Log, sends *transaction.Sends, _ *transaction.Acks) {
		b.MaxRead = position(l.Before(sends.Limit(l.Next())))
		b.State, b.Ongoing, b.Aborts = "NoSnapshot", sends.Open(), sends.Aborts()
		if sends.Used() {
			b.State = "Ready"
		}
	})
	return b, nil
}

func getPendingAck(r *request) (any, error) {
	p := r.parted()
	return &p, r.acknowledged(func(acks *transaction.Acks) {
		p.State, p.Ongoing = "None", acks.Open()
		if acks.Used() {
			p.State = "Ready"
		}
	})
}
