"""The figures, one a module, by their names and in the order in which they are told (contract A1)."""

from leads.analytics.figures.activity import Activity
from leads.analytics.figures.ageing import Ageing
from leads.analytics.figures.base import Figure
from leads.analytics.figures.completion import Completion
from leads.analytics.figures.conversion import Conversion
from leads.analytics.figures.heatmap import Heatmap
from leads.analytics.figures.response import Response

FIGURES: dict[str, Figure] = {
    figure.name: figure for figure in (Conversion(), Response(), Completion(), Ageing(), Activity(), Heatmap())
}
