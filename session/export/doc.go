// Package export writes a session as data: an immutable Report becomes JSON,
// CSV, text of Prometheus, a log of HdrHistogram or a page of HTML, and two
// Reports become a comparison. It is pure: the output depends on the Report
// alone.
//
// # The JSON document
//
// One document describes a session and a run of scripts: export writes it, and so
// does the flag --json, with the part run. It is one object; its names are those
// of Report and of the types within, in lower case with underscores. "version" is
// 2: a new version removes a name or changes its meaning, and readers may meet
// names that they do not know. Times are RFC 3339. Durations carry their unit in
// their names, _ms or _seconds; null is a value that is not known.
//
//	version, title, start, end, elapsed_seconds, measured_from (the end of the
//	                 last warm-up, else the start)
//	run              of scripts only: result, exit_code, elapsed_seconds, refused,
//	                 scripts, variables, checks_passed, checks_failed,
//	                 behind_allowed, schedules (group, due, acked, missed, behind),
//	                 results (name, value, place)
//	environment      versions of pulsh, client and Go; system, host, cores
//	cluster          label, name, url, admin_url, pulsar (version), state
//	clusters         those that cluster add has added, likewise; absent if none was
//	columns          name (in CSV), metric, unit and meaning of each figure
//	samples          from, step_seconds, count: the times of all series
//	groups           name, kind, state, cluster (its label), engine, topic,
//	                 subscription, reader, partitions, since, running_seconds,
//	                 last_error, limit (why the rate is below its target), bytes
//	  settings       as they are typed
//	  figures        of the last sample, by metric, in the unit of its column
//	  distributions  name, doc, total, recent (the last second), counts
//	  failures       category, count, first and last text
//	  workers        of a running group: worker, messages_per_second and counts
//	  series         by metric, a value a second, null where nothing is known
//	total, process   figures and series of all groups together and of pulsh itself
//	timeline         at, kind (command, mark, reconnect, error), text
//	lines            the commands that were run: at, place, text, failure; repeated
//	                 if a check or another line has the same failure
//	checks           at, place, turn, condition, measured, passed, failure,
//	                 elapsed_seconds, samples, terms (metric, op, limit, unit,
//	                 last, best, worst)
//	chaos            events, with the times of recovery, and their sum; absent if
//	                 no fault was caused
//	finds            at, group, condition, within, best (0 if no rate held),
//	                 limited_by, sentence, probes; absent without a search
//	script           lines that repeat the run
//
// A metric has the name that conditions use, without the group: rate,
// latency.p99, e2e.p99.9, redelivered.nack. A series has a value for each second
// since the session's start, a day at most. Durations are the worst of their
// second, rates its mean, counts their value at its end. Values of series have
// seven digits. A report never holds a secret.
//
// # Version 1
//
// Up to version 1, export and --json wrote different documents. Read reads that
// of export: its figures and series have the names of columns, its checks no
// time and no terms.
package export
