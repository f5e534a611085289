"""A lesson on one page: what Sphinx wrote stays as it is, and the title is text."""

from bs4 import BeautifulSoup

from lstm_course.site.printing import write_printable

PAGE = """<html><body><article>
<p class="lesson-row"><a href="../print/09.html">to print</a></p>
<h1>{title}<a class="headerlink" href="#a">#</a></h1>
<p>f &lt; 1, <em>and</em> <a href="08.html">lesson 8</a>, {{{{ 7 * 7 }}}}</p><img alt="a" src="a.png">
</article></body></html>"""


def test_a_title_with_markup_in_it_and_an_article_with_braces(tmp_path):
    for folder in "notebooks", "_static":
        (tmp_path / folder).mkdir()
    title = "h &lt; 1 &amp; &lt;/title&gt;&lt;script&gt;"
    (tmp_path / "notebooks/09.html").write_text(PAGE.format(title=title), encoding="utf-8")
    (tmp_path / "notebooks/a.png").write_bytes(b"picture")
    (tmp_path / "_static/pygments.css").write_text(".k > .p { color: #123456 }")
    (tmp_path / "_static/math.css").write_text("@font-face { src: url(math.woff) }")
    (tmp_path / "_static/course.css").write_text('@import "theme.css";')
    (tmp_path / "_static/math.woff").write_bytes(b"font")
    write_printable(tmp_path, "09")
    made = BeautifulSoup((tmp_path / "print/09.html").read_text(encoding="utf-8"), "html.parser")
    assert made.title.string == "h < 1 & </title><script>" and made.find("script") is None
    assert made.p.decode() == "<p>f &lt; 1, <em>and</em> lesson 8, {{ 7 * 7 }}</p>"
    assert made.img["src"] == "data:image/png;base64,cGljdHVyZQ=="
    style = made.style.string
    assert ".k > .p { color: #123456 }" in style and "url(data:font/woff;base64,Zm9udA==)" in style
    assert "@import" not in style
