"""The style of the pages: one small sheet for cards, tables, the ladder and the verdicts."""

from typing import Final

CSS: Final = """
.block-container{padding-top:2.2rem;max-width:1360px}
[data-testid="stSidebar"] h1{letter-spacing:.02em}
.mm-head{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:flex-end;gap:.6rem 2rem;
 border-bottom:1px solid rgba(138,147,143,.35);padding-bottom:.9rem;margin-bottom:.4rem}
.mm-head h1{font-size:2rem;font-weight:650;letter-spacing:-.015em;margin:0;padding:0}
.mm-head>div:first-child{flex:1 1 26rem}
.mm-head p{margin:.25rem 0 0;opacity:.75;max-width:46rem}
.mm-chip{display:inline-block;font-size:.82rem;border:1px solid rgba(138,147,143,.5);border-radius:999px;
 padding:.22rem .75rem;white-space:nowrap}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(215px,1fr));gap:.9rem;margin:.3rem 0 .6rem}
.card{border:1px solid rgba(138,147,143,.35);border-radius:14px;padding:1rem 1.15rem;
 background:rgba(138,147,143,.06)}
.card .what{font-size:.78rem;letter-spacing:.07em;text-transform:uppercase;opacity:.68}
.card .big{font-size:1.95rem;font-weight:650;letter-spacing:-.02em;line-height:1.25}
.card .big.long{font-size:1.3rem;line-height:1.35;padding:.15rem 0 .25rem}
.card .big small{font-size:.95rem;font-weight:500;opacity:.7;letter-spacing:0}
.card .note{font-size:.88rem;opacity:.82;line-height:1.5}
.strip{position:relative;height:22px;margin:.35rem 0 .3rem}
.strip .axis{position:absolute;left:0;right:0;top:10px;height:2px;background:rgba(138,147,143,.35)}
.strip .zero{position:absolute;top:3px;height:16px;width:1px;background:rgba(138,147,143,.9)}
.strip .range{position:absolute;top:7px;height:8px;border-radius:4px;background:#0f6e6e;opacity:.35}
.strip .point{position:absolute;top:4px;width:14px;height:14px;margin-left:-7px;border-radius:50%;
 background:#0f6e6e;border:2px solid #fbfaf7}
.scroll{max-height:560px;overflow:auto;border:1px solid rgba(138,147,143,.3);border-radius:12px}
table.figures{border-collapse:collapse;width:100%;font-size:.85rem;font-variant-numeric:tabular-nums}
table.figures caption{text-align:left;padding:.6rem .8rem .2rem;opacity:.7;caption-side:top}
table.figures th{text-align:left;font-weight:600;padding:.5rem .6rem;vertical-align:bottom;
 border-bottom:1.5px solid rgba(138,147,143,.5)}
table.figures td{padding:.42rem .6rem;border-bottom:1px solid rgba(138,147,143,.18)}
table.figures tr:hover td{background:rgba(15,110,110,.06)}
table.figures .num{text-align:right}table.figures .num,table.figures .short{white-space:nowrap}
table.figures .wide{min-width:19rem}
.gone{opacity:.55;font-style:italic}
.verdict{border-left:6px solid #0f6e6e;border-radius:10px;padding:1rem 1.2rem;margin:.4rem 0;
 background:rgba(15,110,110,.08)}
.verdict.caution{border-color:#b98a1f;background:rgba(185,138,31,.10)}
.verdict.refusal{border-color:#b5482a;background:rgba(181,72,42,.08)}
.verdict b{display:block;font-size:1.15rem;margin-bottom:.3rem}
.gates{display:grid;gap:.35rem;margin:.2rem 0 .6rem}
.gate{display:grid;grid-template-columns:7.2rem 11rem 1fr;gap:.8rem;align-items:baseline;font-size:.9rem;
 padding:.42rem .8rem;border:1px solid rgba(138,147,143,.25);border-radius:9px}
.gate .state{font-weight:650}.gate.passed .state{color:#1b8a7c}.gate.caution .state{color:#a87a12}
.gate.refused .state{color:#c2512f}.gate.not_reached{opacity:.55}
.ladder{display:grid;grid-template-columns:repeat(7,1fr);gap:6px;align-items:end;margin:.5rem 0 .7rem}
.step{display:flex;flex-direction:column;font-size:.8rem;line-height:1.3}
.step .bar{height:var(--rise);border-radius:6px 6px 0 0;background:rgba(138,147,143,.25)}
.step .name{min-height:2.6em}.compact .name{min-height:0}
.step .code{font-weight:650;padding-top:.25rem;border-top:2px solid rgba(138,147,143,.35)}
.step .on{opacity:.65;min-height:1.1em}.step.done .bar{background:#a7d3c8}.step.now .bar{background:#178582}
.step.now .code{border-color:#178582}.step.now .name{font-weight:650}
.step.ahead{opacity:.75}
.ladder.compact{gap:3px;margin:.25rem 0}.ladder.compact .step{font-size:.68rem}
.ladder.compact .bar{border-radius:3px 3px 0 0}
.tag{display:inline-block;font-size:.78rem;font-weight:600;border-radius:999px;padding:.1rem .6rem;
 margin-right:.35rem;
 background:rgba(138,147,143,.2)}
.tag.bad{background:rgba(181,72,42,.16);color:#b5482a}.tag.warn{background:rgba(185,138,31,.18);color:#8d6710}
.tag.good{background:rgba(15,110,110,.14);color:#0f6e6e}
.quiet{opacity:.7;font-size:.88rem}
"""

LOGO: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 190 44" width="190" height="44">'
    '<g fill="#7fd1c2"><rect x="2" y="27" width="8" height="13" rx="2.5"/>'
    '<rect x="13" y="18" width="8" height="22" rx="2.5"/>'
    '<rect x="24" y="9" width="8" height="31" rx="2.5"/></g>'
    '<circle cx="28" cy="4.5" r="3.5" fill="#e8b04a"/><text x="42" y="34" font-size="29" font-weight="650" '
    'letter-spacing="-.4" fill="#eef3f1" font-family="system-ui,DejaVu Sans,sans-serif">Myomap</text></svg>'
)
MARK: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 44"><g fill="#0f6e6e">'
    '<rect x="2" y="27" width="8" height="13" rx="2.5"/><rect x="13" y="18" width="8" height="22" rx="2.5"/>'
    '<rect x="24" y="9" width="8" height="31" rx="2.5"/></g>'
    '<circle cx="28" cy="4.5" r="3.5" fill="#e8b04a"/></svg>'
)
