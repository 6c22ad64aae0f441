package embedded_test

import (
	"fmt"
	"strings"
	"testing"

	"pulsh/session/broker/embedded"
	"pulsh/session/broker/local/localtest"
	"pulsh/session/broker/protocol"
)

// TestTheAdminAPIOfTransactionsAnswersAsPulsarDoes compares the calls of a script on the
// broker in memory and on a real Pulsar with transactions.
func TestTheAdminAPIOfTransactionsAnswersAsPulsarDoes(t *testing.T) {
	memory, err := embedded.Start(embedded.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer memory.Close()
	real := localtest.WithTransactions(t)
	compare(t, differential{"transactions", transactionsScript, ""}, real.URL(), real.AdminURL(), memory.URL(), memory.AdminURL())
}

// txn makes a call about transactions and notes its answer.
func (tr *trace) txn(method, path, body string) { tr.call(method, "../v3/transactions/"+path, body) }

// transactionsScript opens transactions on two coordinators and asks for all that the admin
// API says of them.
func transactionsScript(tr *trace, topic string) {
	full := "persistent://" + topic
	tr.call("PUT", "persistent/"+topic, "")
	tr.call("PUT", "persistent/"+topic+"/subscription/s", `{"ledgerId":-1,"entryId":-1,"partitionIndex":-1}`)
	tr.publish(topic, 4, 1, nil)
	tr.own(full)
	l := tr.dial()
	tr.coordinate(l, 0) // a real one loads a coordinator for its first client
	tr.coordinate(l, 1)
	tr.txn("POST", "transactionCoordinator/replicas", "1")
	tr.txn("GET", "coordinatorStats?coordinatorId=0", "")
	tr.txn("GET", "coordinatorStats?coordinatorId=999", "")
	tr.txn("GET", "transactionMetadata/0/0", "")
	tr.txn("GET", "transactionMetadata/999/0", "")
	tr.txn("GET", "transactionMetadata/x/0", "")
	tr.txn("GET", "slowTransactions/0?coordinatorId=999", "")
	tr.txn("GET", "slowTransactions/x", "")
	tr.txn("GET", "transactionBufferStats/"+topic, "")
	tr.txn("GET", "pendingAckStats/"+topic+"/s", "")
	tr.txn("GET", "transactionBufferStats/"+topic+"-none", "")
	tr.txn("GET", "transactionInBufferStats/"+topic+"-none/0/0", "")
	next := func() protocol.Numbered {
		l.request++
		return protocol.Numbered{RequestID: l.request}
	}
	ask := func(m protocol.Body) protocol.Body {
		l.write(m)
		return l.answer()
	}
	var open []protocol.Txn
	for i := range 3 {
		answer := ask(&protocol.NewTxn{Numbered: next(), TTL: 600_000, Coordinator: uint64(i % 2)}).(*protocol.NewTxnAnswer)
		open = append(open, answer.Txn)
		tr.say("a transaction of coordinator %d: %v %s", i%2, answer.Txn, answer.Message)
	}
	ask(&protocol.AddPartitionToTxn{Numbered: next(), Txn: open[0], Partitions: []string{full}})
	ask(&protocol.AddSubscriptionToTxn{Numbered: next(), Txn: open[1], Subscriptions: []protocol.TxnSubscription{{Topic: full, Subscription: "s"}}})
	for _, id := range open {
		at := fmt.Sprintf("%d/%d", id.Most, id.Least)
		tr.txn("GET", "transactionMetadata/"+at, "")
		tr.txn("GET", "transactionInBufferStats/"+topic+"/"+at, "")
		tr.txn("GET", "transactionInPendingAckStats/"+topic+"/s/"+at, "")
	}
	for _, path := range []string{"coordinatorStats?coordinatorId=0", "coordinatorStats?coordinatorId=1", "slowTransactions/0?coordinatorId=0", "slowTransactions/600000?coordinatorId=0",
		"transactionBufferStats/" + topic, "transactionBufferStats/" + topic + "?lowWaterMarks=true", "pendingAckStats/" + topic + "/s"} {
		tr.txn("GET", path, "")
	}
	for i, id := range open {
		answer := ask(&protocol.EndTxn{Numbered: next(), Txn: id, Abort: i == 0}).(*protocol.EndTxnAnswer)
		tr.say("the end of %v: %s", id, answer.Message)
	}
	tr.settle()
	tr.txn("GET", fmt.Sprintf("transactionMetadata/%d/%d", open[0].Most, open[0].Least), "")
	tr.txn("GET", "coordinatorStats?coordinatorId=0", "")
	tr.txn("GET", "transactionBufferStats/"+topic, "")
	tr.txn("GET", "transactionInBufferStats/"+topic+"/0/0", "")
	tr.txn("GET", "pendingAckStats/"+topic+"/s", "")
}

// coordinate connects to a coordinator.
func (tr *trace) coordinate(l *line, id uint64) {
	tr.own(fmt.Sprintf("persistent://pulsar/system/transaction_coordinator_assign-partition-%d", id))
	l.request++
	l.write(&protocol.TCClientConnect{Numbered: protocol.Numbered{RequestID: l.request}, Coordinator: id})
	tr.say("connecting to a coordinator: %s", strings.TrimPrefix(fmt.Sprintf("%T", l.answer()), "*protocol."))
}
