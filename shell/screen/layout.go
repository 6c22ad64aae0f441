package screen

const (
	bodyMin  = 7 // rows for output and input line: a command, its answer, the next line
	graphMin = 5 // a lower graph shows no shape
)

// Budget returns the number of rows that graph and status may take together on a
// terminal of height rows: at most five eighths, and so few that seven rows remain
// for output and input line. It is at least 1, except on a terminal of one row.
func Budget(height int) int {
	body := max(bodyMin, height*3/8)
	return max(height-body, min(height-1, 1), 0)
}

// heights divides height rows into body, graph and status. Graph and status get
// the rows they ask for if one row remains for the body. Otherwise the graph
// shrinks; it goes if it would have less than graphMin rows, and then status rows
// go, from the top.
func heights(height, graph, status int) (body, graphRows, statusRows int) {
	statusRows = min(status, max(height-1, 0))
	graphRows = min(graph, height-1-statusRows)
	if graphRows < min(graphMin, graph) {
		graphRows = 0
	}
	return height - graphRows - statusRows, graphRows, statusRows
}
