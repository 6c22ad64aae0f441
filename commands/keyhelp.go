package commands

import "pulsh/graphs"

// keyHelp returns the lines of `help keyboard`. The shell binds the keys.
func keyHelp() []string {
	rows := [][]string{
		{"Tab Shift-Tab", "complete the word at the cursor; again: next / previous candidate"},
		{"Enter Esc", "accept the selected candidate / close the list"},
		{"Right End", "accept the suggestion; Alt-F one word of it"},
		{"Up Down", "previous / next command matching what you typed"},
		{"Ctrl-R Ctrl-S", "search the history; again: older / newer"},
		{"!! !12 !pro", "the last line, line number 12, the last line that begins with pro"},
		{"Alt-.", "last word of the previous line; again: older lines"},
		{"Ctrl-A Ctrl-E", "start / end of the line"},
		{"Alt-B Alt-F", "back / forward one word"},
		{"Ctrl-W Alt-D", "delete the word before / after the cursor"},
		{"Ctrl-U Ctrl-K", "delete to the start / to the end of the line"},
		{"Ctrl-Y Ctrl-_", "insert the last deleted text / undo"},
		{"Ctrl-T", "swap two characters"},
		{"Ctrl-L", "clear the screen"},
		{"Ctrl-C", "clear the line / cancel the running command"},
		{"Ctrl-D", "on an empty line: end the session"},
		{"Ctrl-Z", "suspend pulsh; fg resumes"},
		{"PgUp PgDn", "on an empty line: scroll the graph through time"},
		{"F1", "explain the word at the cursor; on an empty line, this help"},
		{"F2", "pause / resume"},
		{"F3 F4", "one worker less / more"},
		{"F5 F6", "10 % less / more rate"},
		{"F7", "burst: five times the rate for 10 s"},
		{"F8", "reset the figures"},
		{"F9", "export the session as HTML"},
		{"F10", "stop all groups immediately"},
	}
	return append(graphs.Table(nil, rows, nil, 0), "F2 to F8 act on the first group in the graph, on an empty line")
}
