package commands

// The words of a graph's scale and layout.
const (
	linearScale = "linear"
	logScale    = "log"
	autoLayout  = "auto"
	stacked     = "stacked"
	beside      = "beside"
	heatWord    = "heat"
)
