// Package export writes a session as data: an immutable Report becomes JSON,
// CSV, text of Prometheus, a log of HdrHistogram or a page of HTML, and two
// Reports become a comparison. It is pure: what it writes depends on the Report
// alone.
//
// # The JSON document
//
// A report is one object; its names are those of Report and of the types
// within. "version" is 1: it goes up when a name goes or changes its meaning, and
// readers may meet names that they do not know. Times are RFC 3339. Durations
// carry their unit in their names: _ms, _seconds.
//
//	version, title, start, end
//	environment      versions of pulsh, client and Go; system, host, cores
//	cluster          name, url, admin_url, pulsar (version), state
//	columns          name, unit and meaning of each figure, in the order of CSV
//	samples          from, step_seconds, count: the times of all series
//	groups           name, kind, state, topic, subscription, since, running_seconds
//	  settings       as they are typed
//	  figures        of the last sample, by column
//	  distributions  name, doc, total, recent (the last second), counts
//	  failures       category, count, first and last text
//	  series         by column, a value a second, null where nothing is known
//	total, process   figures and series of all groups together and of pulsh itself
//	timeline         at, kind (command, mark, reconnect, error), text
//	lines            at, place, text, failure: what was run
//	checks           condition, measured, passed: what was expected
//	script           lines that do it again
//
// A series has a value for each second since the session's start, a day at most.
// Durations are the worst of their second, rates its mean, counts their value at
// its end. Values have seven digits. A report never holds a secret.
package export
