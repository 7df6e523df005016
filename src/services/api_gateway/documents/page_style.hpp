// How the page looks: no fonts, images or scripts from anywhere.
#pragma once

#include <string_view>

namespace valion::gateway {

inline constexpr std::string_view kPageStyle = R"(
:root{--ink:#1c2430;--soft:#5b6675;--paper:#fff;--panel:#f5f7fa;--line:#dde3ea;--accent:#0b5cad;--get:#0b6e4f;--post:#0b5cad;--put:#8a5a00;--delete:#b3261e}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--paper:#12161c;--panel:#1a2028;--line:#2c3542;--accent:#7db8f5;--get:#5fd0a5;--post:#7db8f5;--put:#e2b04a;--delete:#ff8a80}}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:var(--paper);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
.page{display:grid;grid-template-columns:17rem minmax(0,1fr);max-width:86rem;margin:0 auto}
nav{position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:1.5rem 1rem 2rem 1.5rem;border-right:1px solid var(--line);font-size:.9rem}
nav h2{margin:1.2rem 0 .2rem;font-size:.75rem;letter-spacing:.06em;text-transform:uppercase;color:var(--soft)}
nav ul{list-style:none;margin:0;padding:0}
nav li a{display:block;padding:.12rem 0;color:var(--ink);text-decoration:none}
nav a:hover,nav a:focus{color:var(--accent);text-decoration:underline}
main{padding:1.5rem 2.5rem 4rem;min-width:0}
h1{margin:0;font-size:1.9rem}h1 small{font-size:1rem;font-weight:400;color:var(--soft)}
h2.tag{margin:2.6rem 0 .2rem;padding-top:1rem;border-top:1px solid var(--line);font-size:1.35rem}
h3{margin:1.2rem 0 .3rem;font-size:.8rem;letter-spacing:.05em;text-transform:uppercase;color:var(--soft)}
a{color:var(--accent)}
code,pre,.path,.type{font-family:ui-monospace,"SFMono-Regular",Menlo,"DejaVu Sans Mono",monospace;font-size:.88em}
pre{margin:.3rem 0;padding:.7rem .9rem;background:var(--panel);border:1px solid var(--line);border-radius:6px;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}
.soft{color:var(--soft)}
details.operation{margin:.6rem 0;border:1px solid var(--line);border-radius:8px;background:var(--paper)}
details.operation>summary{display:flex;flex-wrap:wrap;gap:.2rem .8rem;align-items:baseline;padding:.55rem .8rem;cursor:pointer;list-style:none}
details.operation>summary::-webkit-details-marker{display:none}
details.operation[open]>summary{border-bottom:1px solid var(--line);background:var(--panel);border-radius:8px 8px 0 0}
.inside{padding:.3rem 1rem 1rem}
.method{min-width:4.2rem;font-weight:700;font-size:.8rem}
.get{color:var(--get)}.post{color:var(--post)}.put,.patch{color:var(--put)}.delete{color:var(--delete)}
.path{overflow-wrap:anywhere}
.says{margin-left:auto;color:var(--soft);text-align:right}
.role{font-size:.75rem;padding:.05rem .45rem;border:1px solid var(--line);border-radius:1rem;color:var(--soft)}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:.92rem}
th,td{padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.8rem}
td:first-child{white-space:nowrap}
.must::after{content:" *";color:var(--delete)}
section.schema{margin:1rem 0 1.6rem}section.schema h4{margin:0 0 .2rem;font-size:1rem}
:target{scroll-margin-top:1rem;outline:2px solid var(--accent);outline-offset:4px;border-radius:4px}
@media(max-width:56rem){.page{grid-template-columns:1fr}nav{position:static;max-height:none;border-right:0;border-bottom:1px solid var(--line)}main{padding:1.2rem 1rem 3rem}.says{margin-left:0;text-align:left;width:100%}}
@media print{nav{display:none}.page{display:block}}
)";

}  // namespace valion::gateway
