package main

import (
	"fmt"
	"strings"

	"pulsh/graphs"
)

// row is one contender in a table.
type row struct {
	name string
	own  results
	bare results // of the bare loop with as many producers, or nil
}

// header returns the names of the columns.
func header() []string {
	return []string{"contender", "msg/s", "CPU s per million", "msg/s ÷ bare", "CPU ÷ bare"}
}

// markdown formats rows as a Markdown table that is readable as text. Each figure
// is a median with the least and the most.
func markdown(rows []row) []string {
	table := [][]string{header()}
	for _, r := range rows {
		table = append(table, r.cells())
	}
	widths := make([]int, len(table[0]))
	for _, cells := range table {
		for i, cell := range cells {
			widths[i] = max(widths[i], graphs.Width(cell))
		}
	}
	rule := make([]string, len(widths))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", width)
	}
	table = append(table[:1], append([][]string{rule}, table[1:]...)...)
	lines := make([]string, len(table))
	for y, cells := range table {
		for i := range cells {
			cells[i] = graphs.Left(cells[i], widths[i])
		}
		lines[y] = "| " + strings.Join(cells, " | ") + " |"
	}
	return lines
}

func (r row) cells() []string {
	if len(r.own) == 0 {
		return []string{r.name, graphs.NoValue, graphs.NoValue, graphs.NoValue, graphs.NoValue}
	}
	return []string{
		r.name,
		figure(r.own.each(rateOf), graphs.Three),
		figure(r.own.each(costOf), graphs.Three),
		figure(r.own.over(r.bare, rateOf), ratio),
		figure(r.own.over(r.bare, costOf), ratio),
	}
}

// figure formats a median and its spread: 861k (850k–872k).
func figure(values []float64, write func(float64) string) string {
	if len(values) == 0 {
		return graphs.NoValue
	}
	s := spreadOf(values)
	if len(values) == 1 {
		return write(s.median)
	}
	return fmt.Sprintf("%s (%s–%s)", write(s.median), write(s.least), write(s.most))
}

func ratio(v float64) string { return fmt.Sprintf("%.2f", v) }
