"""UCUM unit codes by their grammar (https://ucum.org/ucum, case sensitive form).

The grammar and the atoms that health records use are known here, so an expression of known atoms is certainly valid, and
one that breaks the grammar is certainly not. An unknown atom leaves the question open.
"""

from __future__ import annotations

import re

__all__ = ["unit"]

_PREFIXES = ("da", "Ki", "Mi", "Gi", "Ti", *"YZEPTGMkhdcmunpfazy")
_METRIC_TEXT = """
    m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb T H lm lx Bq Gy Sv l L ar t bar u eV pc Cel cal cal_th cal_IT
    cal_m cal_[15] cal_[20] [Cal] kat U [iU] [IU] osm eq g% B Np bit By Bd G st Ci R RAD REM dyn erg P St Mx Gb Oe Lmb ph
    gf sb Ky [car_Au] mho B[SPL] B[V] B[mV] B[uV] B[10.nV] B[W] B[kW] m[H2O] m[Hg] [g] [c] [h] [k] [eps_0] [mu_0] [e]
    [m_e] [m_p] [G] [ly] tex Gal b Bi
    """
_METRIC = frozenset(_METRIC_TEXT.split())
_PLAIN_TEXT = """
    10* 10^ [pi] % [ppth] [ppm] [ppb] [pptr] deg ' '' gon min h d wk mo mo_s mo_j mo_g a a_t a_j a_g AU atm att Lmb
    [in_i] [ft_i] [yd_i] [mi_i] [nmi_i] [kn_i] [fth_i] [sin_i] [sft_i] [syd_i] [cin_i] [cft_i] [cyd_i] [mil_i] [hd_i]
    [cml_i] [bf_i] [cr_i] [gal_us] [qt_us] [pt_us] [gil_us] [foz_us] [fdr_us] [min_us] [bbl_us] [cup_us] [tbs_us] [tsp_us]
    [cup_m] [tbs_m] [tsp_m] [foz_m] [gal_br] [qt_br] [pt_br] [foz_br] [fdr_br] [min_br] [gr] [lb_av] [oz_av] [dr_av]
    [stone_av] [scwt_av] [lcwt_av] [ston_av] [lton_av] [lb_tr] [oz_tr] [pwt_tr] [lb_ap] [oz_ap] [dr_ap] [sc_ap] [oz_m]
    [lbf_av] [pnt] [degF] [degR] [degRe] [Btu] [Btu_IT] [Btu_th] [HP] [smoot] [m/s2/Hz^0.5] [psi] [drp] [hp_X] [hp_C]
    [hp_M] [hp_Q] [kp_C] [PRU] [diop] [p'diop] %[slope] [mesh_i] [Ch] [hnsf'U] [MET] [HPF] [LPF] [arb'U] [USP'U] [GPL'U]
    [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [bdsk'U] [ka'U] [knk'U] [mclg'U] [tb'U] [CCID_50]
    [TCID_50] [EID_50] [PFU] [FFU] [CFU] [IR] [BAU] [AU] [Amb'a'1'U] [PNU] [Lf] [D'ag'U] [FEU] [ELU] [EU] [S] [G'sta'U]
    [RFU] [pH] bit_s circ sph [lne] [pied] [twip] [acr_us] [mi_us] [ft_us] [in_us] [yd_us] [sct] [twp] [srd_us] [rd_us]
    [rch_us] [lk_us] [ch_us] [wood'U] [cr_i] [ligne] [didot] [cicero] [kn_br] [ft_br] [in_br] [mi_br] [nmi_br] [pc_br]
    [yd_br] [acr_br] [bu_us] [bu_br] [pk_us] [pk_br] [dqt_us] [dpt_us] [gal_wi] [crd_us] [lb_us] [hp'_X] Ao [Btu_39] [Btu_59] [Btu_60] [Btu_m] [car_m] [ch_br]
    [fth_br] [fth_us] [fur_us] [gil_br] [in_i'H2O] [in_i'Hg] [lk_br] [mil_us] [pca] [pca_pr] [pnt_pr] [pouce] [rd_br]
    [rlk_us] [smi_us]
    """
_PLAIN = frozenset(_PLAIN_TEXT.split())
_SPECIAL = ("10*", "10^")
_ANNOTATION = re.compile(r"\{(?P<words>[^{}]*)\}")
_ANNOTATION_WORDS = re.compile(r"[\x21-\x7e]*")
_COMPONENT = re.compile(
    r"(?P<symbol>10[*^]|[^\s.()/{}0-9+\-][^\s.()/{}]*?|\[[^\[\]\s]*\]|[0-9]+)(?P<exponent>[+-]?[0-9]+)?$"
)
_MAX_LENGTH = 200


def unit(code: str) -> bool | None:
    """True for a valid unit, False for what breaks the grammar, None where an atom is not known here."""
    if not code or len(code) > _MAX_LENGTH or "\0" in code:
        return False
    # An annotation may hold no space by the grammar, yet HL7 publishes such units: that is left open.
    certain = all(_ANNOTATION_WORDS.fullmatch(each["words"]) for each in _ANNOTATION.finditer(code))
    plain = _ANNOTATION.sub("\0", code)
    if "{" in plain or "}" in plain or not plain.isascii() or re.search(r"\s", plain):
        return False
    answer = _Term(plain).whole()
    return answer if certain or answer is False else None


class _Term:
    """Recursive descent over ``term = ['/'] component {('.'|'/') component}``. NUL stands for an annotation."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.certain = True

    def whole(self) -> bool | None:
        if not self._term() or self.at != len(self.text):
            return False
        return True if self.certain else None

    def _term(self) -> bool:
        self._next("/")
        if not self._factor():
            return False
        while self._next(".") or self._next("/"):
            if not self._factor():
                return False
        return True

    def _factor(self) -> bool:
        if self._next("("):
            closed = self._term() and self._next(")")
            self._next("\0")
            return closed
        found = re.compile(r"(?:\[[^\[\]]*\]|[^.()/\0\[\]])+").match(self.text, self.at)
        if found:
            self.at = found.end()
            if not self._component(found.group()):
                return False
        annotated = self._next("\0")
        return found is not None or annotated

    def _component(self, word: str) -> bool:
        if word.isdigit():
            return True
        parts = _COMPONENT.fullmatch(word)
        if parts is None:
            return False
        symbol = parts["symbol"]
        if symbol.isdigit() and not parts["exponent"]:
            return True
        known = _is_atom(symbol)
        if not known and parts["exponent"] and _is_atom(word):
            known = True
        self.certain = self.certain and known
        return True

    def _next(self, character: str) -> bool:
        if self.text.startswith(character, self.at):
            self.at += 1
            return True
        return False


def _is_atom(symbol: str) -> bool:
    if symbol in _PLAIN or symbol in _METRIC or symbol in _SPECIAL:
        return True
    return any(symbol.startswith(prefix) and symbol[len(prefix) :] in _METRIC for prefix in _PREFIXES)
