package frames

const (
	// bodyMin is what output and input line keep: a command, its answer, and
	// the line after it.
	bodyMin = 7
	// graphMin is the lowest graph that shows a shape.
	graphMin = 5
	// graphMax is where a higher graph would show nothing more.
	graphMax = 20
	// groupsMin is how many rows groups get before a graph gets any.
	groupsMin = 2
	// groupsAlone is how many rows groups may take at least on a low screen
	// without a graph.
	groupsAlone = 4
)

// bodyRows is what a terminal of this height leaves to output and input line:
// three eighths of it, and seven rows at least. One row is left to the status
// even so, on a terminal of more than one.
func bodyRows(height int) int {
	body := max(bodyMin, height*3/8)
	return min(body, max(height-1, 1))
}

// rows are the heights of the parts of a frame; one more row is the session's.
type rows struct {
	graph, groups int
}

// divide shares room rows between the graph and so many groups. With a graph,
// groups get what it leaves when it has three quarters of the room or all that
// it can use; the graph takes what they do not need, up to four fifths. Without
// one, groups get half of the room, which is about a third of the screen.
func divide(room, groups int, graph bool) rows {
	most := max(room-1, 0)
	if graph {
		limit := max(most-min(graphMax, room*3/4), groupsMin)
		r := rows{groups: min(groups, limit, most)}
		r.graph = min(most-r.groups, graphMax, room*4/5)
		if r.graph >= graphMin {
			return r
		}
	}
	return rows{groups: min(groups, max(room/2, groupsAlone), most)}
}
