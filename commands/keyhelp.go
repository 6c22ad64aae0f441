package commands

import "pulsh/graphs"

// keyHelp is what the keys do; the shell binds them.
func keyHelp() []string {
	rows := [][]string{
		{"Tab Shift-Tab", "complete the word at the cursor, again for the next or the one before"},
		{"Enter Esc", "take what is selected in the list; give it up"},
		{"Right End", "at the end of the line: take what an earlier line had there; Alt-F a word of it"},
		{"Up Down", "lines typed before that have what is typed"},
		{"Ctrl-R Ctrl-S", "search them for a text; again for older ones, newer ones"},
		{"!! !12 !pro", "the last line, the one of that number, the last that begins like that"},
		{"Alt-.", "the last word of the line before, again for older ones"},
		{"Ctrl-A Ctrl-E", "begin and end of the line"},
		{"Alt-B Alt-F", "a word back and on"},
		{"Ctrl-W Alt-D", "delete the word before the cursor, behind it"},
		{"Ctrl-U Ctrl-K", "delete up to the cursor, from it on"},
		{"Ctrl-Y Ctrl-_", "put back what was deleted; undo"},
		{"Ctrl-T", "swap two letters"},
		{"Ctrl-L", "clear the screen"},
		{"Ctrl-C", "clear the line, or give up the command that runs"},
		{"Ctrl-D", "end the session, on an empty line"},
		{"Ctrl-Z", "stop pulsh; fg goes on"},
		{"PgUp PgDn", "the graph's past, on an empty line"},
		{"F1", "this help"},
		{"F2", "pause or resume"},
		{"F3 F4", "one worker less, one more"},
		{"F5 F6", "a tenth less rate, a tenth more"},
		{"F7", "five times the rate for 10 s"},
		{"F8", "figures start anew"},
		{"F9", "export a page of what was measured"},
		{"F10", "stop all, at once"},
	}
	return append(graphs.Table(nil, rows, nil, 0), "F2 to F8 act on the first group that the graph shows, while the line is empty")
}
