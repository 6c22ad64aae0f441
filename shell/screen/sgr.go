package screen

import (
	"strconv"

	"github.com/fatih/color"
)

const esc = 0x1b

// escapeLen returns the length in bytes of the escape sequence that begins s. A
// sequence without an end takes the rest of s.
func escapeLen(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
		}
		return len(s)
	case ']', 'P', '_', '^', 'X':
		for i := 2; i < len(s); i++ {
			if s[i] == 0x07 {
				return i + 1
			}
			if s[i] == esc && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
		}
		return len(s)
	case esc:
		return 1
	}
	if s[1] < 0x20 || s[1] >= 0x7f {
		return 1 // a lone ESC: what follows is text
	}
	return 2
}

// applyEscape returns st as changed by the escape sequence seq. Only SGR sequences
// change it.
func applyEscape(st Style, seq string, color bool) Style {
	if len(seq) < 3 || seq[1] != '[' || seq[len(seq)-1] != 'm' {
		return st
	}
	var params [16]int // more than any real sequence has; further ones are ignored
	n, ok := parseParams(params[:], seq[2:len(seq)-1])
	if !ok {
		return st
	}
	st = applySGR(st, params[:n])
	if !color {
		st.Fg, st.Bg = 0, 0
	}
	return st
}

// parseParams reads numbers separated by ';' or ':' into dst. An empty number is
// 0. It reports false for a sequence of another form.
func parseParams(dst []int, s string) (n int, ok bool) {
	value := 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == ';' || s[i] == ':' {
			if n < len(dst) {
				dst[n] = value
				n++
			}
			value = 0
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return 0, false // a private sequence
		}
		value = min(value*10+int(s[i]-'0'), 9999)
	}
	return n, true
}

// NewStyle returns the style that attributes of package color describe.
func NewStyle(attributes ...color.Attribute) Style {
	var st Style
	for _, a := range attributes {
		st = st.with(a)
	}
	return st
}

// applySGR returns st as changed by the parameters of an SGR sequence.
func applySGR(st Style, params []int) Style {
	for i := 0; i < len(params); i++ {
		switch params[i] {
		case extendedFg:
			st.Fg, i = extendedColor(st.Fg, params, i)
		case extendedBg:
			st.Bg, i = extendedColor(st.Bg, params, i)
		default:
			st = st.with(color.Attribute(params[i]))
		}
	}
	return st
}

// SGR parameters that package color has no name for.
const (
	extendedFg = 38 // a colour of the palette or of the RGB cube follows
	defaultFg  = 39
	extendedBg = 48
	defaultBg  = 49
)

// with returns st as changed by one attribute. Unknown attributes change nothing.
func (st Style) with(a color.Attribute) Style {
	switch a {
	case color.Reset:
		return Style{}
	case color.Bold:
		st.Attrs |= Bold
	case color.Faint:
		st.Attrs |= Faint
	case color.Italic:
		st.Attrs |= Italic
	case color.Underline:
		st.Attrs |= Underline
	case color.ReverseVideo:
		st.Attrs |= Reverse
	case color.ResetBold:
		st.Attrs &^= Bold | Faint
	case color.ResetItalic:
		st.Attrs &^= Italic
	case color.ResetUnderline:
		st.Attrs &^= Underline
	case color.ResetReversed:
		st.Attrs &^= Reverse
	case defaultFg:
		st.Fg = 0
	case defaultBg:
		st.Bg = 0
	default:
		return st.withColor(a)
	}
	return st
}

// brightColors is where the bright half of the sixteen colours begins in the
// palette.
const brightColors = 8

// withColor returns st with one of the sixteen colours in front or behind.
func (st Style) withColor(a color.Attribute) Style {
	switch {
	case a >= color.FgBlack && a <= color.FgWhite:
		st.Fg = paletteColor(int(a - color.FgBlack))
	case a >= color.FgHiBlack && a <= color.FgHiWhite:
		st.Fg = paletteColor(int(a-color.FgHiBlack) + brightColors)
	case a >= color.BgBlack && a <= color.BgWhite:
		st.Bg = paletteColor(int(a - color.BgBlack))
	case a >= color.BgHiBlack && a <= color.BgHiWhite:
		st.Bg = paletteColor(int(a-color.BgHiBlack) + brightColors)
	}
	return st
}

// extendedColor reads "5;n" or "2;r;g;b" after params[i]. It returns the colour
// and the index of the last parameter of it. An RGB colour becomes the nearest
// entry of the 6x6x6 cube in the palette.
func extendedColor(old Color, params []int, i int) (Color, int) {
	if i+2 < len(params) && params[i+1] == 5 {
		return paletteColor(min(params[i+2], 255)), i + 2
	}
	if i+4 < len(params) && params[i+1] == 2 {
		r, g, b := cubeStep(params[i+2]), cubeStep(params[i+3]), cubeStep(params[i+4])
		return paletteColor(16 + 36*r + 6*g + b), i + 4
	}
	return old, len(params)
}

// cubeStep returns the number of the level nearest to v, of the six levels 0, 95,
// 135, 175, 215 and 255.
func cubeStep(v int) int {
	v = min(v, 255)
	switch {
	case v < 48:
		return 0
	case v < 115:
		return 1
	}
	return (v - 35) / 40
}

// appendStyle appends the SGR sequence that sets exactly st, whatever the style
// was before. Package color cannot write it: it has no palette entries above
// fifteen, and it allocates, while the pen sets a style hundreds of times a frame.
func appendStyle(dst []byte, st Style) []byte {
	dst = append(dst, "\x1b[0"...)
	for bit, a := range [...]color.Attribute{color.Bold, color.Faint, color.Italic, color.Underline, color.ReverseVideo} {
		if st.Attrs&(1<<bit) != 0 {
			dst = strconv.AppendInt(append(dst, ';'), int64(a), 10)
		}
	}
	dst = appendColor(dst, st.Fg, color.FgBlack, color.FgHiBlack, extendedFg)
	dst = appendColor(dst, st.Bg, color.BgBlack, color.BgHiBlack, extendedBg)
	return append(dst, 'm')
}

// appendColor appends the parameters for c. The first eight colours follow base,
// the next eight follow bright, and all others have the parameter extended.
func appendColor(dst []byte, c Color, base, bright, extended color.Attribute) []byte {
	n := int64(c) - 1
	switch {
	case n < 0:
		return dst
	case n < brightColors:
		return strconv.AppendInt(append(dst, ';'), int64(base)+n, 10)
	case n < 2*brightColors:
		return strconv.AppendInt(append(dst, ';'), int64(bright)+n-brightColors, 10)
	}
	dst = strconv.AppendInt(append(dst, ';'), int64(extended), 10)
	return strconv.AppendInt(append(dst, ";5;"...), n, 10)
}
