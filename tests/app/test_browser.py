"""The laboratory as a student meets it, in a real browser: nothing in its console, nothing asked of another host."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from app_help import at_month  # what the fixtures share

from abm import cli

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
BOND = "case=lombardy_cremona&design=social_impact_bond"


def read(download):
    return download.value.path().read_bytes()


def seek(page, month):
    """Move the slider of months, which has no other way for a test."""
    slider = page.locator(".transport input[type=range]")
    slider.evaluate(
        "(e, month) => { e.value = month; for (const t of ['input', 'change']) e.dispatchEvent(new Event(t)); }", month
    )


def take(page, what):
    page.click("[data-tab=take]")
    with page.expect_download() as download:
        page.click(f"[data-file={what}]")
    return read(download)


def test_a_student_opens_a_story_plays_and_steps(open_page):
    page = open_page()
    assert page.locator("[data-story]").count() >= 8
    page.click("[data-story=cremona]")
    at_month(page, 0)
    page.select_option("[data-do=speed] select, select[data-do=speed]", "10")
    page.click("[data-do=play]")
    page.wait_for_function("Number(document.querySelector('.obc').dataset.month) >= 5", timeout=30_000)
    page.click("[data-do=play]")
    page.wait_for_timeout(300)
    stood = int(page.get_attribute(".obc", "data-month"))
    page.wait_for_timeout(400)
    assert int(page.get_attribute(".obc", "data-month")) == stood
    page.click("[data-do=step]")
    at_month(page, stood + 1)
    page.click("[data-do=previous]")
    at_month(page, stood)
    page.fill("[data-do=seed]", "7")
    page.click("[data-do=reset]")
    at_month(page, 0)
    assert page.input_value("[data-do=seed]") == "7"
    page.click("[data-do=end]")
    at_month(page, 78)
    assert "Service is over" in page.inner_text("[data-now]")
    assert page.is_disabled("[data-do=play]")


def test_keys_move_the_run_and_open_an_agent(open_page):
    page = open_page(f"{BOND}&month=40", 40)
    page.focus("#view")
    page.keyboard.press("ArrowRight")
    at_month(page, 41)
    page.keyboard.press(" ")
    page.wait_for_function("Number(document.querySelector('.obc').dataset.month) >= 42", timeout=30_000)
    page.keyboard.press(" ")
    page.focus(".net canvas")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Its story so far")


def test_what_is_changed_is_kept_marked_and_repeated_to_the_bit(open_page, in_folder, monkeypatch, capsys):
    """The state after n steps in the browser is that of `obc run` with the file that the browser gives."""
    page = open_page(f"{BOND}&seed=3&month=43", 43)
    page.click("[data-tab=change]")
    page.fill("[data-key='payment.lag_months'] input[type=number]", "7")
    page.press("[data-key='payment.lag_months'] input[type=number]", "Tab")
    page.click("[data-do=set]")
    at_month(page, 0)
    seek(page, 46)
    at_month(page, 46)
    page.fill("input[type=search]", "audit yearly")
    page.fill("[data-key='control.audit'] input[type=number]", "0.4")
    page.press("[data-key='control.audit'] input[type=number]", "Tab")
    page.click("[data-do=change]")
    page.wait_for_selector("code:has-text('control.audit = 0.4')")
    page.select_option("label:has-text('What') select", "information")
    page.click("[data-do=event]")
    page.wait_for_selector("code:has-text('information 1')")
    page.click("[data-do=end]")
    at_month(page, 78)
    page.click("[data-tab=watch]")
    marks = page.locator(".chart circle title").all_text_contents()
    assert any("control.audit = 0.4" in text for text in marks)
    csv, toml = take(page, "csv"), take(page, "toml")
    (in_folder / "mine.toml").write_bytes(toml)
    monkeypatch.setattr(sys, "argv", ["obc", "run", "mine.toml", "--out", "out"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert not end.value.code, capsys.readouterr().err
    assert (in_folder / "out" / "series.csv").read_bytes() == csv
    assert re.search(rb'"payment.lag_months" = 7\b', toml)


def test_figures_are_figures(open_page):
    page = open_page(f"{BOND}&month=12", 12)
    assert take(page, "png").startswith(b"\x89PNG")
    assert b"</svg>" in take(page, "svg")
    assert len(take(page, "csv_beside").splitlines()) == 14


def test_a_link_restores_settings_changes_and_month(open_page):
    query = f"{BOND}&beside=block_grant&seed=9&month=50&set=control.audit%3D0.25"
    query += "&change=48:payment.lag_months%3D1&event=47:election%3D0.5"
    page = open_page(query, 50)
    page.click("[data-tab=take]")
    page.wait_for_function("document.querySelector('[data-link]').value.includes('election')")
    link = page.input_value("[data-link]")
    again = open_page(link.partition("?")[2], 50)
    assert again.inner_text("[data-now]") == page_now(page)
    again.click("[data-tab=take]")
    again.wait_for_function("document.querySelector('[data-link]').value.includes('election')")
    assert again.input_value("[data-link]") == link


def page_now(page):
    page.click("[data-tab=watch]")
    return page.inner_text("[data-now]")


def test_two_sessions_do_not_meet(open_page):
    one, other = open_page(f"{BOND}&seed=1&month=5", 5), open_page(f"{BOND}&seed=2&month=3", 3)
    for _ in range(2):
        other.click("[data-do=step]")
        other.wait_for_timeout(150)
    at_month(other, 5)
    assert one.get_attribute(".obc", "data-month") == "5"
    assert take(one, "csv") != take(other, "csv")
    one.fill("[data-do=seed]", "2")
    one.click("[data-do=reset]")
    at_month(one, 0)
    assert other.get_attribute(".obc", "data-month") == "5"


def test_what_cannot_be_is_said_in_words(open_page):
    page = open_page("case=lombardy_cremona&design=social_impact_bond&set=payment.outcome_share%3D7")
    page.wait_for_selector("[role=alert]:has-text('expected a number from 0 to 1, got 7')")
    page = open_page("case=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&design=block_grant")
    page.wait_for_selector("[role=alert]:has-text('<img src=x')")
    assert page.locator("[role=alert] img").count() == 0


def test_a_model_that_fails_ends_neither_page_nor_server(open_page):
    page, other = open_page(f"{BOND}&seed=666&month=3", 3), open_page(f"{BOND}&month=3", 3)
    page.click("[data-do=end]")
    page.wait_for_selector("[role=alert]:has-text('The model failed in month 5')")
    assert "<b>a fault</b>" in page.inner_text("[role=alert]")
    other.click("[data-do=step]")
    at_month(other, 4)
    page.fill("[data-do=seed]", "4")
    page.click("[data-do=reset]")
    at_month(page, 0)


def test_two_designs_beside_each_other(open_page):
    page = open_page(f"{BOND}&month=60", 60)
    page.click("[data-tab=compare]")
    page.select_option("select[data-do=beside]", "new_public_management")
    at_month(page, 0)
    page.click("[data-do=end]")
    at_month(page, 78)
    row = page.locator("tr", has_text="Marketisation").first.inner_text()
    assert re.search(r"0\.\d+\s+0\.\d+\s+\N{MINUS SIGN}?0\.\d+", row), row


def test_a_guided_experiment_is_foretold_run_and_explained(open_page):
    page = open_page()
    page.click("[data-tab=learn]")
    assert page.is_disabled("[data-do=outcome]")
    page.click("button:has-text('Who holds the network')")
    page.click("[data-answer=lower]")
    page.click("[data-do=outcome]")
    page.wait_for_selector("text=Integration came out higher", timeout=60_000)
    assert "You said “lower”." in page.inner_text("main")


@pytest.mark.parametrize("width", [1280, 390])
def test_every_view_fits_and_can_be_read(open_page, width):
    """No view is wider than the window; light and dark, all text has the contrast of WCAG AA on what is behind it."""
    page = open_page(f"{BOND}&month=50", 50, viewport={"width": width, "height": 840}, color_scheme="light")
    for tab in ("start", "watch", "change", "compare", "learn", "take"):
        page.click(f"[data-tab={tab}]")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_selector(".obc.dark" if scheme == "dark" else ".obc:not(.dark)")
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), tab
            assert page.evaluate(CONTRAST) == [], (tab, scheme)


@pytest.mark.slow
def test_thirty_pairs_come_with_bands_while_the_page_goes_on(open_page):
    page = open_page(f"{BOND}&month=30", 30)
    page.click("[data-tab=compare]")
    page.click("[data-do=pairs]")
    page.wait_for_selector("[role=progressbar]")
    page.click("[data-do=step]")
    at_month(page, 31)
    page.wait_for_selector("text=at the end, seeds 1 to 30", timeout=300_000)
    assert page.locator("path[opacity]").count() >= 3
