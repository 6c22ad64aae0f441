package embedded_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"pulsh/session/broker/embedded"
	"pulsh/session/broker/protocol"
)

// TestTheAdminAPIOfTransactions asks for what a real Pulsar is slow or silent to answer:
// see TestTheAdminAPIOfTransactionsAnswersAsPulsarDoes for the rest.
func TestTheAdminAPIOfTransactions(t *testing.T) {
	r := newRig(t, embedded.Config{}, "wire")
	ask := func(method, path, body string) (int, map[string]any) {
		t.Helper()
		request, err := http.NewRequestWithContext(r.within(), method, r.AdminURL()+"/admin/v3/transactions/"+path, strings.NewReader(body))
		require.NoError(t, err)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		fields := map[string]any{}
		_ = json.Unmarshal(data, &fields) // some answers are lists
		return answer.StatusCode, fields
	}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	const topic, full = "public/default/t", "persistent://public/default/t"
	require.NoError(t, r.Create(full, 0))
	p := r.producer("t", nil)
	r.send(p, 5)
	require.NoError(t, p.Close(r.within()))
	r.consumer("t", nil)
	id, err := r.Transactions.Begin(2, time.Hour)
	require.NoError(t, err)
	require.True(t, r.Transactions.Join(id, full))
	require.True(t, r.Transactions.JoinSubscription(id, protocol.TxnSubscription{Topic: full, Subscription: "s"}))

	status, all := ask("GET", "coordinatorStats", "")
	require.Equal(t, http.StatusOK, status)
	require.Len(t, all, 4)
	require.Equal(t, 1.0, all["2"].(map[string]any)["ongoingTxnSize"])
	_, slow := ask("GET", "slowTransactions/0", "")
	require.Contains(t, slow, "(2,0)")
	require.Contains(t, slow["(2,0)"].(map[string]any)["ackedPartitions"], full)
	_, slow = ask("GET", "slowTransactions/3600000", "")
	require.Empty(t, slow)

	for path, want := range map[string]int{
		"pendingAckStats/" + topic + "/none": 500, "transactionInPendingAckStats/" + topic + "/none/2/0": 500, "pendingAckStats/" + topic + "/s": 200,
		"coordinatorInternalStats/0": 405, "transactionBufferInternalStats/" + topic: 405, "pendingAckInternalStats/" + topic + "/s": 405,
		"coordinators": 200, "coordinatorStats?coordinatorId=x": 404, "transactionMetadata/2/x": 500, "nothing": 501,
	} {
		status, _ := ask("GET", path, "")
		require.Equal(t, want, status, path)
	}

	for body, want := range map[string]int{"4": 406, "x": 400, "100000": 406} {
		status, _ := ask("POST", "transactionCoordinator/replicas", body)
		require.Equal(t, want, status, body)
	}
	status, _ = ask("POST", "transactionCoordinator/replicas", "6")
	require.Equal(t, http.StatusNoContent, status)
	_, all = ask("GET", "coordinatorStats", "")
	require.Len(t, all, 6)
	_, err = r.Transactions.Begin(5, time.Minute)
	require.NoError(t, err)
	require.NoError(t, r.Transactions.End(id, false))
	status, _ = ask("GET", "transactionMetadata/2/0", "")
	require.Equal(t, http.StatusNotFound, status)
}
