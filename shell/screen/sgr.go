package screen

import "strconv"

const esc = 0x1b

// escapeLen returns the bytes of the escape sequence that begins s, which starts
// with ESC. A sequence without an end takes the rest of s.
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

// applyEscape returns st as changed by the escape sequence seq, when that is an
// SGR sequence, and st otherwise.
func applyEscape(st Style, seq string, color bool) Style {
	if len(seq) < 3 || seq[1] != '[' || seq[len(seq)-1] != 'm' {
		return st
	}
	var params [16]int // more than any real sequence has; the rest is ignored
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

// parseParams reads numbers separated by ';' or ':' into dst; an empty one is 0.
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

func applySGR(st Style, params []int) Style {
	for i := 0; i < len(params); i++ {
		p := params[i]
		switch {
		case p == 0:
			st = Style{}
		case p == 1:
			st.Attrs |= Bold
		case p == 2:
			st.Attrs |= Faint
		case p == 3:
			st.Attrs |= Italic
		case p == 4:
			st.Attrs |= Underline
		case p == 7:
			st.Attrs |= Reverse
		case p == 22:
			st.Attrs &^= Bold | Faint
		case p == 23:
			st.Attrs &^= Italic
		case p == 24:
			st.Attrs &^= Underline
		case p == 27:
			st.Attrs &^= Reverse
		case p == 38:
			st.Fg, i = extendedColor(st.Fg, params, i)
		case p == 48:
			st.Bg, i = extendedColor(st.Bg, params, i)
		default:
			st = applyBasicColor(st, p)
		}
	}
	return st
}

func applyBasicColor(st Style, p int) Style {
	switch {
	case p >= 30 && p <= 37:
		st.Fg = Palette(p - 30)
	case p == 39:
		st.Fg = 0
	case p >= 40 && p <= 47:
		st.Bg = Palette(p - 40)
	case p == 49:
		st.Bg = 0
	case p >= 90 && p <= 97:
		st.Fg = Palette(p - 90 + 8)
	case p >= 100 && p <= 107:
		st.Bg = Palette(p - 100 + 8)
	}
	return st
}

// extendedColor reads "5;n" or "2;r;g;b" after params[i] and returns the colour
// and the index of the last parameter it took. An RGB colour becomes the entry
// of the palette's 6x6x6 cube that is next to it.
func extendedColor(old Color, params []int, i int) (Color, int) {
	if i+2 < len(params) && params[i+1] == 5 {
		return Palette(min(params[i+2], 255)), i + 2
	}
	if i+4 < len(params) && params[i+1] == 2 {
		r, g, b := cubeStep(params[i+2]), cubeStep(params[i+3]), cubeStep(params[i+4])
		return Palette(16 + 36*r + 6*g + b), i + 4
	}
	return old, len(params)
}

// cubeStep returns the nearest of the six levels 0, 95, 135, 175, 215 and 255.
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
// was before.
func appendStyle(dst []byte, st Style) []byte {
	dst = append(dst, "\x1b[0"...)
	for bit, code := range [...]byte{'1', '2', '3', '4', '7'} {
		if st.Attrs&(1<<bit) != 0 {
			dst = append(dst, ';', code)
		}
	}
	dst = appendColor(dst, st.Fg, 30)
	dst = appendColor(dst, st.Bg, 40)
	return append(dst, 'm')
}

func appendColor(dst []byte, c Color, base int) []byte {
	n := int(c) - 1
	switch {
	case n < 0:
		return dst
	case n < 8:
		return strconv.AppendInt(append(dst, ';'), int64(base+n), 10)
	case n < 16:
		return strconv.AppendInt(append(dst, ';'), int64(base+60+n-8), 10)
	}
	dst = strconv.AppendInt(append(dst, ';'), int64(base+8), 10)
	return strconv.AppendInt(append(dst, ";5;"...), int64(n), 10)
}
