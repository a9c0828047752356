"""The UCUM units that this engine can convert: code → value and the expression it is a multiple of.

Facts from the UCUM specification (https://ucum.org/ucum, version 2.1); codes are case-sensitive. Arbitrary units
(``[IU]`` …) stand for themselves: they have no value in other units.
"""

from __future__ import annotations

__all__ = ["ARBITRARY", "ATOMS", "BASES", "BINARY_PREFIXES", "METRIC", "OFFSETS", "PREFIXES"]

BASES = ("m", "s", "g", "rad", "K", "C", "cd")

PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3,
    "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip
"""Decimal prefixes: the power of ten."""

BINARY_PREFIXES = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40}

ATOMS = {
    # dimensionless
    "10*": ("10", "1"), "10^": ("10", "1"), "[pi]": ("3.1415926535897932384626433832795", "1"), "%": ("0.01", "1"),
    "[ppth]": ("0.001", "1"), "[ppm]": ("0.000001", "1"), "[ppb]": ("0.000000001", "1"), "mol": ("6.0221367", "10*23"),
    "eq": ("1", "mol"), "osm": ("1", "mol"), "[car_Au]": ("1", "/24"),
    "sr": ("1", "rad2"), "deg": ("2", "[pi].rad/360"), "gon": ("0.9", "deg"), "'": ("1", "deg/60"), "''": ("1", "'/60"),
    "circ": ("2", "[pi].rad"), "bit": ("1", "1"), "By": ("8", "bit"), "Bd": ("1", "/s"),
    # time
    "min": ("60", "s"), "h": ("60", "min"), "d": ("24", "h"), "wk": ("7", "d"), "a_t": ("365.24219", "d"),
    "a_j": ("365.25", "d"), "a_g": ("365.2425", "d"), "a": ("1", "a_j"), "mo_j": ("1", "a_j/12"),
    "mo_s": ("29.53059", "d"), "mo_g": ("1", "a_g/12"), "mo": ("1", "mo_j"), "Hz": ("1", "s-1"),
    # length, area, volume
    "Ao": ("0.1", "nm"), "AU": ("149597.870691", "Mm"), "pc": ("3.085678E16", "m"), "[ly]": ("299792458", "m/s.a_j"),
    "[in_i]": ("2.54", "cm"), "[ft_i]": ("12", "[in_i]"), "[yd_i]": ("3", "[ft_i]"), "[mi_i]": ("5280", "[ft_i]"),
    "[fth_i]": ("6", "[ft_i]"), "[nmi_i]": ("1852", "m"), "[mil_i]": ("0.001", "[in_i]"), "[hd_i]": ("4", "[in_i]"),
    "[sin_i]": ("1", "[in_i]2"), "[sft_i]": ("1", "[ft_i]2"), "[syd_i]": ("1", "[yd_i]2"), "ar": ("100", "m2"),
    "[acr_us]": ("4046.8726098742523", "m2"), "b": ("100", "fm2"), "[cin_i]": ("1", "[in_i]3"), "[cft_i]": ("1", "[ft_i]3"),
    "[cyd_i]": ("1", "[yd_i]3"), "l": ("1", "dm3"), "L": ("1", "l"), "st": ("1", "m3"), "[gal_us]": ("231", "[in_i]3"),
    "[qt_us]": ("1", "[gal_us]/4"), "[pt_us]": ("1", "[qt_us]/2"), "[foz_us]": ("1", "[pt_us]/16"),
    "[cup_us]": ("16", "[tbs_us]"), "[tbs_us]": ("1", "[foz_us]/2"), "[tsp_us]": ("1", "[tbs_us]/3"),
    "[cup_m]": ("240", "mL"), "[tbs_m]": ("15", "mL"), "[tsp_m]": ("5", "mL"), "[gal_br]": ("4.54609", "l"),
    "[qt_br]": ("1", "[gal_br]/4"), "[pt_br]": ("1", "[qt_br]/2"), "[foz_br]": ("1", "[pt_br]/20"), "[drp]": ("1", "ml/20"),
    "[Ch]": ("1", "mm/[pi]"), "[diop]": ("1", "/m"), "[kn_i]": ("1", "[nmi_i]/h"),
    # mass
    "t": ("1000", "kg"), "u": ("1.6605402E-24", "g"), "[gr]": ("64.79891", "mg"), "[lb_av]": ("7000", "[gr]"),
    "[oz_av]": ("1", "[lb_av]/16"), "[dr_av]": ("1", "[oz_av]/16"), "[stone_av]": ("14", "[lb_av]"),
    "[scwt_av]": ("100", "[lb_av]"), "[lcwt_av]": ("112", "[lb_av]"), "[ston_av]": ("20", "[scwt_av]"),
    "[lton_av]": ("20", "[lcwt_av]"), "[oz_tr]": ("480", "[gr]"), "[car_m]": ("0.2", "g"),
    # mechanics, heat
    "N": ("1", "kg.m/s2"), "Pa": ("1", "N/m2"), "J": ("1", "N.m"), "W": ("1", "J/s"), "bar": ("100000", "Pa"),
    "atm": ("101325", "Pa"), "m[H2O]": ("9.80665", "kPa"), "m[Hg]": ("133.3220", "kPa"), "[in_i'Hg]": ("1", "m[Hg].[in_i]/m"),
    "[in_i'H2O]": ("1", "m[H2O].[in_i]/m"), "[psi]": ("6894.757293168361", "Pa"), "dyn": ("1", "g.cm/s2"), "erg": ("1", "dyn.cm"),
    "P": ("1", "dyn.s/cm2"), "St": ("1", "cm2/s"), "gf": ("9.80665", "g.m/s2"), "[lbf_av]": ("9.80665", "[lb_av].m/s2"),
    "[g]": ("9.80665", "m/s2"), "cal": ("4.184", "J"), "cal_th": ("4.184", "J"), "cal_IT": ("4.1868", "J"),
    "[Cal]": ("1", "kcal_th"), "[Btu]": ("1.05506", "kJ"), "[HP]": ("745.69987158227022", "W"), "eV": ("1.60217733E-19", "J"),
    "[MET]": ("3.5", "mL/min/kg"),
    # electricity, light, radiation, chemistry
    "A": ("1", "C/s"), "V": ("1", "J/C"), "F": ("1", "C/V"), "Ohm": ("1", "V/A"), "S": ("1", "Ohm-1"), "Wb": ("1", "V.s"),
    "T": ("1", "Wb/m2"), "H": ("1", "Wb/A"), "G": ("0.0001", "T"), "lm": ("1", "cd.sr"), "lx": ("1", "lm/m2"), "Bq": ("1", "s-1"),
    "Gy": ("1", "J/kg"), "Sv": ("1", "J/kg"), "RAD": ("100", "erg/g"), "REM": ("1", "RAD"), "Ci": ("37000000000", "Bq"),
    "R": ("0.000258", "C/kg"), "kat": ("1", "mol/s"), "U": ("1", "umol/min"), "[CFU]": ("1", "1"),
}  # fmt: skip
"""Code → (value, unit expression)."""

METRIC = frozenset(
    ["m", "s", "g", "rad", "K", "C", "cd", "mol", "eq", "osm", "sr", "bit", "By", "Bd", "a_t", "a_j", "a_g", "a", "mo", "Hz", "pc", "ar", "b", "l", "L", "st", "t", "u", "N", "Pa", "J", "W", "bar", "m[H2O]", "m[Hg]", "dyn", "erg", "P", "St", "gf", "cal", "cal_th", "cal_IT", "eV", "A", "V", "F", "Ohm", "S", "Wb", "T", "H", "G", "lm", "lx", "Bq", "Gy", "Sv", "RAD", "REM", "Ci", "R", "kat", "U", "Cel", "[IU]", "[iU]"]
) - {"a_t", "a_g", "mo"}  # fmt: skip
"""Units that take prefixes."""

ARBITRARY = frozenset(
    (
        "[IU]",
        "[iU]",
        "[arb'U]",
        "[USP'U]",
        "[pH]",
        "[anti'Xa'U]",
        "[S]",
        "[HPF]",
        "[LPF]",
        "[PFU]",
        "[TCID_50]",
        "[degRe]",
    )
)
"""Units of a procedure: comparable with themselves only."""

OFFSETS = {
    "Cel": ("1", "273.15"),
    "[degF]": ("0.55555555555555555555555555555556", "255.37222222222222222222222222222"),
}
"""Temperature scales: size of a degree in kelvin, and the kelvin at zero."""
