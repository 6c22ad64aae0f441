package start

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// The limits of the profiles' server.
const (
	pprofHeaderTime = 5 * time.Second // for the headers of a request, so that a silent client holds nothing
	pprofStopTime   = time.Second     // for a profile that is being taken when pulsh ends
)

// pprofAddress completes an address without a host with 127.0.0.1.
func pprofAddress(text string) (string, error) {
	host, port, err := net.SplitHostPort(withHost(text))
	if err != nil {
		return "", fmt.Errorf("%q is not an address such as 127.0.0.1:6060", text)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// withHost completes a port alone, as for --metrics.
func withHost(text string) string {
	if _, err := strconv.ParseUint(text, 10, 16); err == nil {
		return "127.0.0.1:" + text
	}
	return text
}

// loopback reports whether only this machine can reach an address.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// servePprof serves the profiles of net/http/pprof until stop. Its mux is its own, so
// that no other server of the process has the profiles.
func servePprof(address string) (at string, stop func(), err error) {
	listener, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		host, _, _ := net.SplitHostPort(address)
		return "", nil, &refusal{fmt.Sprintf("--pprof: another program listens on %s", address), "pulsh --pprof " + net.JoinHostPort(host, "0")}
	case err != nil:
		return "", nil, &refusal{fmt.Sprintf("--pprof: cannot listen on %s", address), "pulsh --pprof 127.0.0.1:6060"}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: pprofHeaderTime, ErrorLog: log.New(io.Discard, "", 0)}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(listener) }) // ends with stop, which waits
	return listener.Addr().String(), func() {
		ending, cancel := context.WithTimeout(context.Background(), pprofStopTime)
		defer cancel()
		if server.Shutdown(ending) != nil {
			_ = server.Close()
		}
		serving.Wait()
	}, nil
}
