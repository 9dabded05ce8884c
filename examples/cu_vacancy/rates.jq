# Rates per hop and second, of the report of study.toml: glasscape report study.toml --json | jq -rf rates.jq
def kT: . * 8.617333262e-5;
def digits: . as $x | ($x | log10 | floor) as $n | pow(10; $n) as $one | "\(($x / $one * 100 | round) / 100)e\($n)";
def row($T; $name; $hops; $value; $low; $high; $harmonic):
  [$T, $name, ($value / $hops | digits), "\($low / $hops | digits) to \($high / $hops | digits)", ($value / $hops / $harmonic * 100 | round) / 100] | @tsv;
def eyring($T): ($T | kT) as $kT | $kT / 4.135667696e-15 * (-. / $kT | exp);  # from dG
def per_second: 1e12 * (-. | exp);                                            # from ln(tau / 1 ps)
. as $report
| ["T (K)", "way", "rate", "95 %", "of harmonic"] | @tsv,
  ($report.modes[0].escape[] | .temperature_K as $T | (.log_rate_harmonic.value | exp) as $all | ($all / 12) as $harmonic
   | row($T; "harmonic"; 12; $all; $all; $all; $harmonic),
     ($report.free_energies[] | .stage as $stage | .series[].temperatures[] | select(.temperature_K == $T)
      | if $stage == "profile" or $stage == "one_hop"
        then .free_energy_eV.mean as $G | row($T; $stage; if $stage == "one_hop" then 1 else 12 end; $G.value | eyring($T); $G.high | eyring($T); $G.low | eyring($T); $harmonic)
        else .escape_times.log_mean_ps as $t | row($T; $stage; 12; $t.value | per_second; $t.high | per_second; $t.low | per_second; $harmonic) end))
