package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func names(all []scenario) []string {
	var said []string
	for _, s := range all {
		said = append(said, s.name())
	}
	return said
}

func TestScenariosAreChosenByWords(t *testing.T) {
	all, err := chooseScenarios(allScenarios)
	require.NoError(t, err)
	require.Len(t, all, 24)
	for _, s := range all {
		one, err := chooseScenarios(s.name())
		require.NoError(t, err)
		require.Equal(t, []scenario{s}, one)
	}
	chosen, err := chooseScenarios("produce/100B/batched,8p/1KiB/consume")
	require.NoError(t, err)
	require.Equal(t, []string{"produce/100B/batched/1p", "produce/100B/batched/8p", "consume/1KiB/batched/8p", "consume/1KiB/unbatched/8p"}, names(chosen))
	_, err = chooseScenarios("produce,10B")
	require.EqualError(t, err, `"10B" names no scenario; they are named like produce/100B/batched/1p, and main or all are several`)
}

func TestMainScenarios(t *testing.T) {
	chosen, err := chooseScenarios(mainScenarios)
	require.NoError(t, err)
	require.Equal(t, []string{
		"produce/100B/batched/1p", "produce/100B/batched/8p", "produce/100B/unbatched/1p",
		"produce/1KiB/batched/1p", "produce/1KiB/batched/8p", "produce/1KiB/unbatched/1p",
		"consume/100B/batched/1p", "consume/1KiB/batched/1p", "consume/1KiB/batched/8p",
		"both/100B/batched/1p", "both/1KiB/batched/1p",
	}, names(chosen))
}

func TestContenders(t *testing.T) {
	all, err := chooseContenders("pulsh,bare,goperf", "4,1")
	require.NoError(t, err)
	require.Equal(t, []contender{{bareLoop, 4}, {pulshTool, 4}, {bareLoop, 1}, {pulshTool, 1}, {goPerf, 1}}, all)
	require.Equal(t, "pulsh ×4", all[1].name())

	_, err = chooseContenders("pulsh,omb", "1")
	require.EqualError(t, err, `"omb" is no contender; there are bare, pulsh, wire, goperf, javaperf`)
	for _, producers := range []string{"", "0", "65", "4,x"} {
		_, err = chooseContenders("pulsh", producers)
		require.Error(t, err, producers)
	}
	require.False(t, contender{goPerf, 1}.canRun(scenario{produce, 100, false, 1}))
	require.True(t, contender{goPerf, 1}.canRun(scenario{consume, 100, false, 1}))
}

func TestOptions(t *testing.T) {
	o, err := readOptions(nil)
	require.NoError(t, err)
	require.Equal(t, 3, o.rounds)
	require.Len(t, o.contenders, 9)

	o, err = readOptions([]string{"-profile", "default.pgo", "-seconds", "60"})
	require.NoError(t, err)
	require.Equal(t, profileSecondsMax, o.seconds)
	require.Empty(t, o.contenders)

	for said, args := range map[string][]string{
		`"x" is no option`:                           {"x"},
		"-rounds 0 is not between 1 and 50":          {"-rounds", "0"},
		"-seconds 301 is not between 1 and 300":      {"-seconds", "301"},
		`"pulsar://example.com" is not on this mach`: {"-url", "pulsar://example.com"},
		`"http://10.0.0.1:8080" is not on this mach`: {"-url", "pulsar://[::1]:6650", "-admin-url", "http://10.0.0.1:8080"},
	} {
		_, err := readOptions(args)
		require.ErrorContains(t, err, said)
	}
	for _, address := range []string{"pulsar://127.0.0.1:6650", "http://localhost:8080", "pulsar://[::1]:6650"} {
		require.NoError(t, onThisMachine(address))
	}
}
