import { byId, h, s, time, when } from "./dom";
import type { Store } from "./store";
import type * as T from "./types";

const ROW = 30, LABEL = 128, PAD = 10, DAY = 86_400_000, HEAD = 20, GAP = 14, HOUR = 3_600_000;
const ASIDE = 24, DATE = 66;
const ms = (iso: string) => Date.parse(iso);

interface Part { from: number; to: number; x: number; w: number }

/** Stretches of time that matter, far ones broken apart. What is asked about has the room; a look far outside it, of
 * another season for comparison, gets as much as its mark needs; a scene that shows no site gets none. */
function parts(store: Store, width: number): Part[] {
  const shown = new Set(store.looks.map((l) => l.scene_id));
  const asked = store.rows.map((r) => [ms(r.span.start), ms(r.span.end)] as [number, number]);
  const spans: [number, number][] = [
    ...asked,
    ...store.scenes.filter((x) => x.time && shown.has(x.id)).map((x) => [ms(x.time!.start) - DAY / 2, ms(x.time!.end) + DAY / 2] as [number, number]),
  ].sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = joined.at(-1);
    if (last && from - last[1] <= 2 * DAY) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  const aside = ([from, to]: [number, number]) => asked.length > 0 && !asked.some(([a, b]) => a < to && from < b);
  const main = joined.filter((span) => !aside(span)), rest = joined.length - main.length;
  const total = main.reduce((sum, [a, b]) => sum + (b - a), 0) || 1;
  const room = Math.max(width - LABEL - PAD - GAP * Math.max(0, joined.length - 1) - ASIDE * rest, (width - LABEL) * 0.6);
  let x = LABEL;
  return joined.map((span) => {
    const [from, to] = span, w = aside(span) ? ASIDE : Math.max(2, (room * (to - from)) / total), part = { from, to, x, w };
    x += w + GAP;
    return part;
  });
}

const at = (all: Part[], t: number) => {
  const p = all.find((q) => t >= q.from && t <= q.to);
  return p ? p.x + (p.w * (t - p.from)) / (p.to - p.from || 1) : null;
};
const clip = (all: Part[], from: number, to: number) =>
  all.map((p) => [Math.max(from, p.from), Math.min(to, p.to)] as const).filter(([a, b]) => b > a)
    .map(([a, b]) => [at(all, a)!, at(all, b)!] as const);

function bands(all: Part[], spans: T.Span[], y: number, cls: string, words: string): SVGElement[] {
  return spans.flatMap((v) => clip(all, ms(v.start), ms(v.end)).map(([a, b]) =>
    s("rect", { class: cls, x: a, y, width: Math.max(1, b - a), height: ROW - 6 }, s("title", {}, `${words}: ${time(v.start)} to ${time(v.end)}`))));
}

/** Shape and colour say the state of a moment: found, nothing found, not usable, listed only, a pass. */
function mark(m: T.Moment, all: Part[], x: number, y: number, chosen: boolean, choose: () => void): SVGElement {
  const mid = y + (ROW - 6) / 2;
  const cloud = m.cloud_fraction === null ? "" : `, cloud ${Math.round(100 * m.cloud_fraction)} %`;
  const title = s("title", {}, `${when(m.time)} ${m.platform}: ${m.state}${m.ships ? `, ${m.ships} ship(s)` : ""}${cloud}`);
  if (!m.scene_id) {
    const listed = m.state === "listed";
    return s("line", { class: listed ? "listed" : "pass", x1: x, x2: x, y1: mid - (listed ? 7 : 3), y2: mid + (listed ? 7 : 3) }, title);
  }
  const cls = m.state.includes("ships found") ? "found" : m.state.includes("nothing") ? "nothing" : "unusable";
  const shape = cls === "unusable"
    ? s("path", { d: `M${x - 5},${mid - 5}L${x + 5},${mid + 5}M${x - 5},${mid + 5}L${x + 5},${mid - 5}` })
    : s("circle", { cx: x, cy: mid, r: 6 });
  const [from, to] = [ms(m.time.start), ms(m.time.end)];
  const maybe = to - from > HOUR ? clip(all, from, to).map(([a, b]) => s("line", { class: "maybe", x1: a, x2: b, y1: mid, y2: mid })) : [];
  return s("g", { class: `look ${cls}${chosen ? " chosen" : ""}`, "data-scene": m.scene_id, onclick: choose },
    s("rect", { class: "hit", x: x - 9, y: mid - 12, width: 18, height: 24 }), ...maybe, shape, title);
}

/** Another look was chosen: only the frame moves. */
export function chooseInTimeline(store: Store): void {
  for (const mark of byId("timeline").querySelectorAll<SVGElement>(".look")) mark.classList.toggle("chosen", mark.dataset["scene"] === store.scene?.id);
  byId("timeline").querySelector(".look.chosen")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

export function drawTimeline(store: Store): void {
  const place = byId("timeline"), room = Math.max(320, place.clientWidth), all = parts(store, room), end = all.at(-1);
  const width = Math.max(room, end ? end.x + end.w + PAD : 0);
  const sites = store.theCase.sites.filter((site) => store.rows.some((r) => r.site_id === site.id) || store.looks.some((l) => l.site_id === site.id));
  const height = HEAD + sites.length * ROW + 4;
  const held = store.looks.length;
  const drawing = s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `${sites.length} site(s), ${held} look(s) held; keys [ and ] go from look to look` });
  let free = 0;
  for (const [i, p] of all.entries()) {
    drawing.append(s("line", { class: "edge", x1: p.x, x2: p.x, y1: HEAD - 4, y2: height }));
    const next = all[i + 1], cramped = p.w <= ASIDE && next !== undefined && next.w > ASIDE && next.x < p.x + DATE;
    // of a single look its own day, not that of the room left before it
    const name = new Date(p.w > ASIDE ? p.from : (p.from + p.to) / 2).toISOString().slice(0, 10);
    if (!cramped && p.x >= free) {
      drawing.append(s("text", { class: "when", x: p.x + 2, y: HEAD - 7 }, name));
      free = p.x + DATE;
    } else if (p.x + p.w - DATE >= free) {
      drawing.append(s("text", { class: "when end", x: p.x + p.w, y: HEAD - 7 }, name));
      free = p.x + p.w;
    }
    if (p.w > 190) drawing.append(s("text", { class: "when end", x: p.x + p.w, y: HEAD - 7 }, new Date(p.to).toISOString().slice(0, 10)));
  }
  sites.forEach((site, i) => {
    const y = HEAD + i * ROW;
    drawing.append(s("text", { class: "site", x: 8, y: y + 17 }, site.name.length > 17 ? `${site.name.slice(0, 16)}\u2026` : site.name, s("title", {}, site.name)));
    const rows = store.rows.filter((r) => r.site_id === site.id);
    for (const p of all) drawing.append(s("rect", { class: "lane", x: p.x, y, width: p.w, height: ROW - 6 }));
    for (const r of rows) {
      drawing.append(...bands(all, r.nights, y, "night", "night"));
      drawing.append(...bands(all, r.windows, y, "blind", "no look known to us"));
    }
    for (const c of store.calls.filter((k) => k.site_id === site.id))
      for (const [a, b] of clip(all, ms(c.earliest ?? c.first_with.start), ms(c.latest ?? c.last_with.end)))
        drawing.append(s("rect", { class: c.ours ? "call" : "call told", x: a, y: y + ROW - 10, width: Math.max(2, b - a), height: 4 },
          s("title", {}, `at least ${c.at_least} ship(s), ${c.ours ? "by our looks" : "as reported"}`)));
    const shown = new Set<string>();
    for (const m of rows.flatMap((r) => r.moments)) {
      const x = at(all, (ms(m.time.start) + ms(m.time.end)) / 2);
      if (x === null) continue;
      if (m.scene_id) shown.add(m.scene_id);
      drawing.append(mark(m, all, x, y, m.scene_id === store.scene?.id, () => store.choose(m.scene_id)));
    }
    for (const l of store.looks.filter((k) => k.site_id === site.id && k.time && !shown.has(k.scene_id))) {
      const x = at(all, (ms(l.time!.start) + ms(l.time!.end)) / 2);
      const m = { time: l.time!, platform: "", state: l.ships ? "looked at, ships found" : "looked at, nothing found", scene_id: l.scene_id,
        cloud_fraction: l.cloud_fraction, ships: l.ships, p_detect: null };
      if (x !== null) drawing.append(mark(m, all, x, y, l.scene_id === store.scene?.id, () => store.choose(l.scene_id)));
    }
  });
  place.replaceChildren(drawing, legend(store));
}

const legend = (store: Store) => h("p", { class: "legend" },
  ...[["found", "ships found"], ["nothing", "nothing found"], ["unusable", "not usable"], ["maybe", "hour unknown"], ["listed", "listed, not held"], ["pass", "pass"],
    ["night", "night"], ["blind", "no look known"], ["call", "stay"], ["site", "site on the map"],
    ...(store.ground.coast.length ? [["coast", "coast as stated"]] : []), ...(store.ground.tracks.length ? [["track", "AIS as received"]] : [])].map(([cls, words]) =>
    h("span", {}, h("i", { class: `key ${cls}` }), words!)));
