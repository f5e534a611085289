"""The figures of the course: data in, Matplotlib figure out.

`show` puts a figure into a notebook together with its text description. The charts come after it: curves by
lag and by update, gates over time, a matrix, a forecast, the steps that a forecast reads; then the diagrams
of the cells. A marker, a line style or a printed number always says the same as the colour, and each figure
describes itself.

Every figure is a plain `matplotlib.figure.Figure`: Matplotlib is imported on first use, pyplot never.
"""

from lstm_course.common.faces import face

__getattr__, __dir__, __all__ = face(
    __name__,
    {
        "charts": ("by_lag", "by_size", "forecast", "means", "ratios", "training_curves", "training_panels"),
        "drawings": ("draw_cell", "draw_cell_backward", "draw_gru", "draw_rnn"),
        "showing": ("figure_html", "show"),
        "strips": ("gate_timeline", "heatmap"),
        "timelines": ("draw_steps",),
        "unrolled": ("draw_backward", "draw_bidirectional", "draw_lookup", "draw_stack", "draw_unrolled"),
    },
)
