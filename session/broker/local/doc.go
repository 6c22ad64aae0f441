// Package local runs an Apache Pulsar standalone on this machine. It finds or
// fetches the server, starts it with bounded memory and disk, shares it among the
// pulsh processes of a user, and stops it when the last of them has left.
//
// # Processes
//
// Java is not a child of pulsh, because the pulsh that started it may end before
// another one that uses it. A supervisor, which is the pulsh binary with the hidden
// argument [SuperviseWord], runs one server process. Each pulsh writes a lease: a
// file with its process ID and start time. Once a second the supervisor reads the
// leases. If no process of one is alive and the server is not kept, it stops the
// server and ends. A server thus does not outlive its users, even if they are
// killed. If the supervisor is killed, the kernel kills the server on Linux, and
// elsewhere the next start does.
//
// # Files
//
// Config.Dir holds libraries/ (the unpacked servers, shared) and local/ (one
// server: lock, state.json, exit.json, launch.json, keep, leases/, conf/,
// data/VERSION/, log/). Changes are made under the lock, and files are replaced with
// a rename. A process is identified by its ID and its start time, so that a reused
// ID is never signalled.
//
// # Ports
//
// A server takes the ports of the last one in its folder if they are free, so that
// sessions that lost a server to a crash find the next one.
package local
