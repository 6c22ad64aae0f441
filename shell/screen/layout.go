package screen

const (
	bodyMin  = 7 // rows left to output and input line: a command, its answer and the next line
	graphMin = 5 // a graph lower than this shows no shape
)

// Budget returns the rows that graph and status may take together on a terminal
// of the given height: at most five eighths of it, and so few that seven rows
// are left for output and input line. One row, the last status row, is always
// granted, except on a terminal of one row.
func Budget(height int) int {
	body := max(bodyMin, height*3/8)
	return max(height-body, min(height-1, 1), 0)
}

// heights divides height rows into body, graph and status. What is asked for is
// given if it fits above one row of body; otherwise the graph shrinks, goes when
// it would be lower than five rows, and then status rows go from the top.
func heights(height, graph, status int) (body, graphRows, statusRows int) {
	statusRows = min(status, max(height-1, 0))
	graphRows = min(graph, height-1-statusRows)
	if graphRows < min(graphMin, graph) {
		graphRows = 0
	}
	return height - graphRows - statusRows, graphRows, statusRows
}
