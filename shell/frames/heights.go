package frames

const (
	// graphMin is the lowest graph that shows a shape.
	graphMin = 5
	// graphMax is the height from which on a graph shows nothing more.
	graphMax = 20
	// groupsMin is the number of rows that groups get before a graph gets any.
	groupsMin = 2
	// groupsAlone is the number of rows that groups may take on a low screen
	// without a graph.
	groupsAlone = 4
)

// rows holds the heights of the parts of a frame. The row of the session comes on
// top of them.
type rows struct {
	graph, groups int
}

// divide shares height rows between a graph, if there is one, and the rows of
// groups. With a graph, groups get the rows that remain when the graph has three
// quarters of the height or graphMax rows; rows that they do not need go to the
// graph, up to four fifths of the height. Without a graph, groups get half of the
// height, which is about a third of the screen.
func divide(height, groups int, graph bool) rows {
	most := max(height-1, 0)
	if graph {
		limit := max(most-min(graphMax, height*3/4), groupsMin)
		r := rows{groups: min(groups, limit, most)}
		r.graph = min(most-r.groups, graphMax, height*4/5)
		if r.graph >= graphMin {
			return r
		}
	}
	return rows{groups: min(groups, max(height/2, groupsAlone), most)}
}
