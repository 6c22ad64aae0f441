// Package look holds the commands that show: groups, latencies, backlogs, the
// graph, the history and the settings of the session.
package look
