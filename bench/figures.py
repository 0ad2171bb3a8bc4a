"""Figures of a comparison: how they are judged, and how they are printed."""
import statistics

SPREAD_MAX = 0.25
# A row without another side cannot show how busy the machine was; the cores that others used can.
OTHERS_CORES_MAX = 0.5


def spread(samples: list[float]) -> float:
    """The range without the best and the worst of five or more, divided by the median."""
    kept = sorted(samples)[1:-1] if len(samples) >= 5 else sorted(samples)
    middle = statistics.median(samples)
    return (kept[-1] - kept[0]) / middle if middle else float("inf")


def verdict(reached: bool, beside: list[float], others: float, compared: bool = True) -> str:
    """`beside`: the samples of the other side, if it says how steady the machine was; `compared`: the target is a ratio to them.
    An unsteady machine is no reason to doubt what was reached without a comparison."""
    if reached and not (compared and beside):
        return "reached"
    measurable = spread(beside) < SPREAD_MAX if beside else others < OTHERS_CORES_MAX
    if not measurable:
        return "not measurable today"
    return "reached" if reached else "missed"


class Figure:
    """One line of the table: samples of the server, those of what it is compared with, and the target.

    `beside_is` names the other side, for people and as a key of the JSON. A figure without any limit is for information
    and gets no verdict."""

    def __init__(self, what: str, unit: str, quorate: list[float], beside: list[float] = (), target: str = "", *,
                 beside_is: str = "bare", at_most: float | None = None, ratio_at_most: float | None = None,
                 ratio_at_least: float | None = None, others: list[float] = (), note: str = ""):
        self.what, self.unit, self.target, self.note, self.beside_is = what, unit, target, note, beside_is
        self.samples = {"quorate": list(quorate), beside_is: list(beside)}
        self.quorate = statistics.median(quorate)
        self.beside = statistics.median(beside) if beside else None
        # Rounds are pairs: the ratio of each is taken before the median.
        self.ratio = statistics.median(q / b for q, b in zip(quorate, beside)) if beside else None
        self.others = statistics.mean(others) if others else 0.0
        limits = [(at_most, self.quorate, 1), (ratio_at_most, self.ratio, 1), (ratio_at_least, self.ratio, -1)]
        kept = [sign * value <= sign * limit for limit, value, sign in limits if limit is not None]
        compared = (ratio_at_most, ratio_at_least) != (None, None)
        self.verdict = verdict(all(kept), list(beside), self.others, compared) if kept else ""

    def json(self) -> dict:
        spreads = {f"{side}_spread": round(spread(samples), 3) for side, samples in self.samples.items() if samples}
        return {"what": self.what, "unit": self.unit, "beside_is": self.beside_is, self.beside_is: self.beside,
                "quorate": self.quorate, "ratio": self.ratio, "target": self.target, "verdict": self.verdict,
                "others_cores": round(self.others, 2), **spreads, "note": self.note, "samples": self.samples}

    def cells(self) -> list[str]:
        def shown(value):
            return "" if value is None else f"{value:.2f} {self.unit}" if value < 1000 else f"{value:,.0f} {self.unit}"
        beside = self.samples[self.beside_is]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return [self.what, self.beside_is if beside else "", shown(self.beside), f"{spread(beside):.0%}" if beside else "",
                shown(self.quorate), ratio, self.target, self.verdict, f"{self.others:.1f}"]


def print_table(figures: list[Figure]) -> None:
    lines = [["what", "compared with", "", "spread", "quorate", "ratio", "target", "verdict", "others' cores"]]
    lines += [figure.cells() for figure in figures]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
    for figure in figures:
        if figure.note:
            print(f"- {figure.what}: {figure.note}")


def column(rounds: list[dict], *path: str) -> list[float]:
    values = []
    for figures in rounds:
        for key in path:
            figures = figures[key]
        values.append(float(figures))
    return values
