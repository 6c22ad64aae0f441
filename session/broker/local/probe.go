package local

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// probeTime bounds a request to a server on this machine.
	probeTime = 2 * time.Second
	// answerLimit bounds an answer, in bytes.
	answerLimit = 64 << 10
	// readyTopic is created and deleted to find out whether messages can be stored.
	readyTopic = "persistent/public/default/pulsh-ready"
)

// brokerURL returns the address for Pulsar clients.
func brokerURL(port int) string { return "pulsar://127.0.0.1:" + strconv.Itoa(port) }

// adminURL returns the address of the admin API.
func adminURL(port int) string { return "http://127.0.0.1:" + strconv.Itoa(port) }

// speaksPulsar reports whether the listener on a port answers CONNECT as Pulsar
// does, with CONNECTED or with an error.
func speaksPulsar(ctx context.Context, port int) bool {
	c, err := (&net.Dialer{Timeout: dialTime}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(probeTime))
	if _, err := c.Write(connectFrame("pulsh")); err != nil {
		return false
	}
	return isConnectAnswer(c)
}

// connectFrame builds a CONNECT frame: total size, command size, and a
// BaseCommand whose type (field 1) is CONNECT (2) and whose field 2 carries
// client_version (field 1) and protocol_version (field 4).
// Source: PulsarApi.proto of Apache Pulsar.
func connectFrame(client string) []byte {
	const protocolVersion = 19
	body := append([]byte{0x0a, byte(len(client))}, client...)
	body = append(body, 0x20, protocolVersion)
	command := append([]byte{0x08, 2, 0x12, byte(len(body))}, body...)
	var b bytes.Buffer
	_ = binary.Write(&b, binary.BigEndian, []uint32{uint32(len(command) + 4), uint32(len(command))})
	b.Write(command)
	return b.Bytes()
}

// isConnectAnswer reads a frame and reports whether it is CONNECTED (3) or ERROR
// (14).
func isConnectAnswer(r io.Reader) bool {
	var head [10]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return false
	}
	total, size := binary.BigEndian.Uint32(head[:4]), binary.BigEndian.Uint32(head[4:8])
	plausible := total >= size+4 && total < 5<<20 && size >= 2
	return plausible && head[8] == 0x08 && (head[9] == 3 || head[9] == 14)
}

// ask sends a request to an admin API and returns the status and the first
// answerLimit bytes of the answer. It keeps no connection open.
func ask(ctx context.Context, method, url string) (int, string, error) {
	return send(ctx, method, url, "")
}

// send is ask with a body as JSON.
func send(ctx context.Context, method, url, body string) (int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	return resp.StatusCode, string(answer), err
}

// adminVersion returns the Pulsar version that answers on a web port, or "".
func adminVersion(ctx context.Context, port int) string {
	code, body, err := ask(ctx, http.MethodGet, adminURL(port)+"/admin/v2/brokers/version")
	version := strings.Trim(strings.TrimSpace(body), `"`)
	if err != nil || code != http.StatusOK || version == "" || strings.ContainsAny(version, "<> \n") {
		return ""
	}
	return version
}

// answers returns nil if a topic can be looked up. The port opens, and the
// namespace is listed, seconds earlier.
func answers(ctx context.Context, web int) error {
	code, _, err := ask(ctx, http.MethodGet, adminURL(web)+"/lookup/v2/topic/"+readyTopic)
	if err != nil || code != http.StatusOK {
		return notYet("topic lookup", code, err)
	}
	return nil
}

// ready returns nil if topics can be looked up and created. Creating one needs a
// bookie.
func ready(ctx context.Context, web int) error {
	if err := answers(ctx, web); err != nil {
		return err
	}
	topic := adminURL(web) + "/admin/v2/" + readyTopic
	code, _, err := ask(ctx, http.MethodPut, topic)
	if err != nil || code != http.StatusNoContent && code != http.StatusConflict {
		return notYet("creating a topic", code, err)
	}
	// It is no error if another pulsh has deleted the topic first.
	_, _, _ = ask(ctx, http.MethodDelete, topic+"?force=true")
	return nil
}

// coordinators is the number of transaction coordinators, as of a cluster that was set up
// with Pulsar's own tools. A standalone starts with one, and a client asks each for one
// thing at a time: with one a commit took 50 ms at 48 transactions a second, with sixteen
// 14 ms at 100.
const coordinators = "16"

// enableCoordinators asks for all coordinators. The server answers otherwise if it has
// them already.
func enableCoordinators(ctx context.Context, web int) error {
	code, body, err := send(ctx, http.MethodPost, adminURL(web)+"/admin/v3/transactions/transactionCoordinator/replicas", coordinators)
	switch {
	case err == nil && (code == http.StatusNoContent || code == http.StatusNotAcceptable):
		return nil
	case err == nil:
		err = fmt.Errorf("the server answered %d: %s", code, strings.TrimSpace(body))
	}
	return &Error{Message: "the transaction coordinators were not enabled: " + err.Error(), Next: "local restart", Cause: err}
}

// notYet returns the error for a request that a server does not answer as one that
// is ready.
func notYet(question string, code int, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", question, err)
	}
	return fmt.Errorf("%s: the server answered %d", question, code)
}
