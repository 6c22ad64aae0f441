// Package local runs a real Apache Pulsar standalone on this machine: it finds
// or fetches the server, starts it with bounded memory and disk, shares it
// among the pulsh processes of one user, and stops it when the last of them is
// gone.
//
// # Who owns the server
//
// Java is never a child of pulsh itself, because the pulsh that started it may
// end before the second one that uses it. A small supervisor (the pulsh binary
// run again with the hidden word in [SuperviseWord]) owns exactly one server
// process. Each pulsh leaves a lease, a file that names its process id and
// start time. Once a second the supervisor looks for leases whose process is
// alive; when there is none, and nobody asked to keep the server, it stops the
// server and ends. So a server does not outlive its users even when they are
// killed with SIGKILL, and on Linux it does not outlive a killed supervisor
// either (the kernel kills it); elsewhere the next start cleans it up.
//
// # What is where
//
// Config.Dir holds libraries/ (the unpacked servers, shared) and local/ (one
// server: lock, state.json, exit.json, launch.json, keep, leases/, conf/,
// data/VERSION/, log/). All changes are made under the lock, each file is
// replaced by one rename, and a process is known by its id together with its
// start time, so a recycled id is never signalled.
package local
