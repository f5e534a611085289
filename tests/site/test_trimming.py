"""What is cut away is what no page shows."""

from lstm_course.site.trimming import trim


def test_icons_that_are_used_stay_and_code_keeps_its_text_and_its_colours(tmp_path):
    for name, text in {
        "_static/styles/pydata-sphinx-theme.css": '.fa-house{--fa:"\\f015"}.fa-ghost{--fa:"\\f6e2"}'
        '.fa-bars,.fa-navicon{--fa:"\\f0c9"}.fa-sun{--fa:"\\f185"}p{margin:0}',
        "_static/scripts/pydata-sphinx-theme.js": 'icon.classList.add("fa-sun")',
        "a.html": '<i class="fa-solid fa-house"></i><i class="fa-bars"></i>'
        '<script defer src="_static/scripts/fontawesome.js?digest=1"></script>\n'
        '<span class="n">h</span><span class="w"> </span><span class="o">=</span><span class="p">(</span>',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    trim(tmp_path)
    styles = (tmp_path / "_static/styles/pydata-sphinx-theme.css").read_text(encoding="utf-8")
    assert (
        styles
        == '.fa-house{--fa:"\\f015"}.fa-bars,.fa-navicon{--fa:"\\f0c9"}.fa-sun{--fa:"\\f185"}p{margin:0}'
    )
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "fontawesome.js" not in page and page.endswith('h <span class="o">=</span>(')
