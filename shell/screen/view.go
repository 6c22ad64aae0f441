package screen

// View is the place in which the user types: the rows of the input line and, below
// them, the rows of the popup. The zero View shows no input line.
type View struct {
	Rows       [][]Cell // input rows; each replaces a whole row of the screen
	Popup      [][]Cell // popup rows; only their set cells cover the cells below
	X, Y       int      // column and row of the cursor within Rows, from 0
	HideCursor bool
}

// visible returns the part of v that fits into body rows for the input line and
// room rows for input line and popup. It contains the row of the cursor.
func (v View) visible(body, room int) View {
	if extra := len(v.Rows) - body; extra > 0 {
		skip := min(extra, max(v.Y-body+1, 0))
		v.Rows = v.Rows[skip : skip+body]
		v.Y -= skip
	}
	v.Popup = v.Popup[:max(min(len(v.Popup), room-len(v.Rows)), 0)]
	return v
}
