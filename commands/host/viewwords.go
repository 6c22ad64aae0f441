package host

// The words of a graph's scale and layout.
const (
	LinearScale = "linear"
	LogScale    = "log"
	AutoLayout  = "auto"
	Stacked     = "stacked"
	Beside      = "beside"
	HeatWord    = "heat"
)
