"""The look of the HTML report: light and dark as the reader's system has it, narrow and wide, and on paper."""

from typing import Final

STYLE: Final = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2430; --soft: #5a6675; --edge: #d5dae1; --link: #0b57b0;
  --good: #14693a; --good-bg: #e2f4e9; --bad: #a8201a; --bad-bg: #fdeae8; --warn: #7d5200; --warn-bg: #fdf1d6;
  --calm: #3c4858; --calm-bg: #e9edf2; --code: #f1f3f6; --add: #dff3e5; --del: #fbe3e1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2029; --text: #e4e8ee; --soft: #a3afbd; --edge: #343d4a; --link: #8ab8ff;
    --good: #7fd8a1; --good-bg: #173525; --bad: #ff9d95; --bad-bg: #44201f; --warn: #f0c26a; --warn-bg: #3c2f12;
    --calm: #c3ccd7; --calm-bg: #2a323d; --code: #12171e; --add: #15351f; --del: #421d1c;
  }
}
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere; }
main, header, footer { max-width: 62rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0; }
h4 { font-size: .9rem; margin: .9rem 0 .3rem; color: var(--soft); font-weight: 600; }
p { margin: .35rem 0; }
a { color: var(--link); }
ul { margin: .35rem 0; padding-left: 1.25rem; }
.soft, .place, .took { color: var(--soft); }
.took { font-size: .85em; font-variant-numeric: tabular-nums; }
.place, code, pre { font-family: ui-monospace, "SF Mono", Consolas, "DejaVu Sans Mono", monospace; font-size: .85em; }
nav ul { display: flex; flex-wrap: wrap; gap: .3rem 1rem; padding: 0; list-style: none; margin: .75rem 0 0; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem;
  margin: 1.2rem 0 0; }
.numbers div { background: var(--card); border: 1px solid var(--edge); border-radius: .5rem; padding: .55rem .8rem; }
.numbers dt { color: var(--soft); font-size: .85rem; }
.numbers dd { margin: 0; font-size: 1.6rem; line-height: 1.2; font-weight: 600; font-variant-numeric: tabular-nums; }
.numbers .bad dd { color: var(--bad); }
.numbers .warn dd { color: var(--warn); }
.numbers .good dd { color: var(--good); }
.note, article, .tool { background: var(--card); border: 1px solid var(--edge); border-radius: .5rem; }
.note { margin: .8rem 0 0; padding: .5rem .8rem; border-left: .3rem solid var(--warn); }
article { padding: .7rem .9rem; margin: .6rem 0; border-left: .3rem solid var(--bad); }
article.warning { border-left-color: var(--warn); }
.tool { margin: .35rem 0; padding: .35rem .8rem; content-visibility: auto; contain-intrinsic-size: auto 2.4rem; }
.tool > summary { cursor: pointer; margin: -.35rem -.8rem; padding: .35rem .8rem; border-radius: .5rem; }
.tool[open] > summary { margin-bottom: .35rem; border-bottom: 1px solid var(--edge); border-radius: .5rem .5rem 0 0; }
.name { font-weight: 600; margin-right: .5rem; }
.plain > .name { margin-left: 1.1rem; }
.mark { display: inline-block; padding: 0 .5rem; border-radius: 1rem; font-size: .78rem; line-height: 1.5;
  background: var(--calm-bg); color: var(--calm); max-width: 100%; margin-right: .3rem; }
.mark.good { background: var(--good-bg); color: var(--good); }
.mark.bad { background: var(--bad-bg); color: var(--bad); }
.mark.warn { background: var(--warn-bg); color: var(--warn); }
pre { background: var(--code); border: 1px solid var(--edge); border-radius: .35rem; padding: .5rem .7rem;
  margin: .4rem 0; overflow-x: auto; white-space: pre; overflow-wrap: normal; line-height: 1.45; }
pre ins, pre del { display: inline-block; min-width: 100%; text-decoration: none; }
pre ins { background: var(--add); }
pre del { background: var(--del); }
pre b { color: var(--soft); font-weight: 400; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .4rem 0; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
summary:focus-visible, a:focus-visible, pre:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
footer { color: var(--soft); font-size: .85rem; margin-top: 2.5rem; padding-bottom: 2rem; }
@media (max-width: 32rem) {
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .4rem; }
  .tool .place { display: block; }
  .plain > .name, .plain .place { margin-left: 0; }
}
@media print {
  body { background: none; }
  .tool { content-visibility: visible; break-inside: avoid; }
  details::details-content { content-visibility: visible; }
  pre { white-space: pre-wrap; }
}
"""
