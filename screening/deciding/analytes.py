"""What the conversion between two kinds of unit needs to know of the substance: a reviewed table.

Mass and amount of substance differ by a molar mass; a few variables have two scales by convention. What is
not here is not converted. A molar mass is the sum of the standard atomic weights (IUPAC 2021, abridged) over
the molecular formula, which is PubChem's; the factors of the AMA Manual of Style (11th edition, table 17.5-1)
agree within their rounding. A code that the dictionary of variables does not have yet is spelled as it would
be there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Bridge:
    """A value in the unit `source` is `slope` times it, plus `offset`, in the unit `target`."""

    source: str
    target: str
    slope: Decimal
    offset: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Analyte:
    """`molar_mass` in g/mol."""

    molar_mass: Decimal | None = None
    bridge: Bridge | None = None


_ATOMIC_WEIGHTS = {
    "C": Decimal("12.011"),
    "Ca": Decimal("40.078"),
    "Fe": Decimal("55.845"),
    "H": Decimal("1.008"),
    "Mg": Decimal("24.305"),
    "N": Decimal("14.007"),
    "O": Decimal("15.999"),
    "P": Decimal("30.974"),
}


def _molecule(formula: str) -> Analyte:
    atoms = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    masses = (_ATOMIC_WEIGHTS[element] * int(count or 1) for element, count in atoms)
    return Analyte(molar_mass=sum(masses, Decimal(0)))


# The international unit of an enzyme is the one that turns over 1 umol/min, so it is the unit U (Nomenclature
# Committee of the IUB, Units of enzyme activity, Eur J Biochem 1979;97:319-320); 1 U/L is 1/60 ukat/L.
_ENZYME = Analyte(bridge=Bridge("[IU]/L", "U/L", Decimal(1)))
# Traditional 1 mL/min/mmHg is 0.335 mmol/min/kPa (Graham BL et al., 2017 ERS/ATS standards for single-breath
# carbon monoxide uptake, Eur Respir J 2017;49:1600016: the SI value times 2.987).
_TRANSFER = Analyte(bridge=Bridge("mmol/min/kPa", "mL/min/mm[Hg]", Decimal("2.987")))
# Of a ratio to creatinine, the creatinine is what changes between mass and amount.
_CREATININE = _molecule("C4H7N3O")

ANALYTES: dict[str, Analyte] = {
    # In the dictionary of variables
    "lab.alt": _ENZYME,
    "lab.ast": _ENZYME,
    "lab.bilirubin_direct": _molecule("C33H36N4O6"),  # of the unconjugated pigment, as laboratories do
    "lab.bilirubin_total": _molecule("C33H36N4O6"),
    "lab.ck": _ENZYME,
    "lab.creatinine": _CREATININE,
    # The monomer, Hb(Fe): 64 458 g/mol of the tetramer by four (ICSH, J Clin Pathol 1978;31:139-143).
    "lab.hemoglobin": Analyte(molar_mass=Decimal("16114.5")),
    "lab.ldh": _ENZYME,
    "lab.upcr": _CREATININE,
    "pft.dlco": _TRANSFER,
    "pft.dlco_hb": _TRANSFER,
    # Common elsewhere
    "lab.alp": _ENZYME,
    "lab.amylase": _ENZYME,
    "lab.bun": _molecule("N2"),  # the nitrogen of urea: a mmol of these two atoms is a mmol of urea
    "lab.calcium": _molecule("Ca"),
    "lab.cholesterol": _molecule("C27H46O"),
    "lab.cortisol": _molecule("C21H30O5"),
    "lab.ggt": _ENZYME,
    "lab.glucose": _molecule("C6H12O6"),
    # NGSP % = 0.09148 x IFCC mmol/mol + 2.152 (Hoelzel W et al., Clin Chem 2004;50:166-174)
    "lab.hba1c": Analyte(bridge=Bridge("mmol/mol", "%", Decimal("0.09148"), Decimal("2.152"))),
    "lab.hdl_cholesterol": _molecule("C27H46O"),
    "lab.iron": _molecule("Fe"),
    "lab.lactate": _molecule("C3H6O3"),
    "lab.ldl_cholesterol": _molecule("C27H46O"),
    "lab.lipase": _ENZYME,
    "lab.magnesium": _molecule("Mg"),
    "lab.phosphate": _molecule("P"),  # laboratories report inorganic phosphorus
    "lab.triglycerides": _molecule("C57H104O6"),  # triolein, by convention
    "lab.uacr": _CREATININE,
    "lab.urate": _molecule("C5H4N4O3"),
    "lab.urea": _molecule("CH4N2O"),  # the whole molecule, not its nitrogen (lab.bun)
    "lab.vitamin_d_25oh": _molecule("C27H44O2"),  # 25-hydroxycholecalciferol
}
