"""A page in another language, in Chromium: nothing in English is left in it."""

import json

import pytest
from browser import opened
from test_languages import KEPT, WORD

import nn
from autograd import Value
from autograd.languages import tables
from autograd.player import play, workbench

ALL_WORDS = """() => {
  const words = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest("script")) words.push(walker.currentNode.data);
  }
  for (const part of document.querySelectorAll("[aria-label], [title], [placeholder], optgroup")) {
    words.push(...["aria-label", "title", "placeholder", "label"].map((name) => part.getAttribute(name) ?? ""));
  }
  return words.join("\\n");
}"""


@pytest.mark.parametrize("kind", ["graph", "workbench", "network"])
def test_a_page_in_chinese_has_no_english_word(browser, tmp_path, kind):
    x, y = Value(0.0, label="x"), Value(-2.0, label="y")
    if kind == "network":
        nodes = nn.MLP(2, [3, 1], seed=1).forward([0.0, 1.0])
        page = play(nn.squared_error(nodes.output, [1.0]), lang="zh")
    else:
        page = workbench(lang="zh") if kind == "workbench" else play(x.relu() * y.abs() + x, lang="zh")
    kept = KEPT | {"WebAssembly", "Graphviz", "graphviz", "gitlab", "com", "Eclipse", "Public", "License"}
    kept |= {"Home", "End", "Tab", "Enter", "Esc", "moons", "iris"}
    with opened(browser, page, tmp_path, at="Tab") as tab:
        tab.wait_for_selector("#stage svg")
        seen = ""
        for button in ("step-forward", "step-forward", "to-end", "descend", "quiz-switch", "quiz-hint", "quiz-show"):
            tab.click(f"#{button}")
            seen += tab.evaluate(ALL_WORDS)
    assert {word for word in WORD.findall(seen) if word not in kept} == set()
    assert json.dumps(tables()["zh"]["step.title"], ensure_ascii=False).strip('"') in seen
