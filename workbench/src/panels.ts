import * as api from "./api";
import { byId, h, percent, size, time, when } from "./dom";
import { middle, ring, type MapView } from "./map";
import { Placing } from "./placing";
import type { Store } from "./store";
import type * as T from "./types";

export interface Acts {
  accept(): void; reject(): void; mark(kind: T.Kind): void; note(): void; classify(): void; undo(): void; zoom(): void;
  keep(): void; drop(): void; upload(file: File): void; labels(kind: string): void; drawByForm(): void;
}
const WORDS: Record<T.Kind, string> = { accept: "accepted", reject: "rejected", draw: "drew a ship", crane: "marked a crane", vehicles: "marked vehicles",
  smoke: "marked smoke", class: "named a class", note: "noted", undo: "undid" };
const signed = (v: number) => `${v < -0.05 ? "\u2212" : v > 0.05 ? "+" : ""}${Math.abs(v).toFixed(1)}`;
const decibels = (d: T.Db | null) => (!d ? "not to be had" : signed(d.low) === signed(d.high) ? signed(d.low) : `${signed(d.low)} to ${signed(d.high)}`);
const button = (text: string, key: string, act: () => void, cls = "") =>
  h("button", { type: "button", class: cls, onclick: act, "aria-keyshortcuts": key }, text, " ", h("kbd", {}, key));

export class Panels {
  measured: { what: "hull" | "line"; corners: T.LonLat[]; size: T.Measured } | null = null;
  private placing: Placing;
  private tab = "ship";
  private form = "";

  constructor(private store: Store, private view: MapView, private acts: Acts) {
    this.placing = new Placing(store, view, () => this.show());
    store.watch((what) => { if (!(what.size === 1 && (what.has("state") || what.has("stretch")))) this.show(); });
  }

  open(tab: string): void { this.tab = tab; this.show(); }

  show(): void {
    const tabs: [string, string][] = [["ship", "Ship"], ["claims", "Claims"], ["log", "Decisions"], ["files", "Files"]];
    const bar = h("div", { class: "tabs", role: "tablist", "aria-label": "Panels" }, ...tabs.map(([id, text]) =>
      h("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-selected": String(this.tab === id), "aria-controls": "tabpanel",
        tabindex: this.tab === id ? "0" : "-1", onclick: () => this.open(id), onkeydown: (e: KeyboardEvent) => this.walk(e, tabs.map((t) => t[0])) }, text)));
    const body = { ship: () => this.ship(), claims: () => this.claims(), log: () => this.log(), files: () => this.files() }[this.tab]!();
    const panel = byId("panel"), held = document.activeElement?.id ?? "", top = panel.querySelector(".body")?.scrollTop ?? 0;
    panel.replaceChildren(bar, h("div", { class: "body", role: "tabpanel", id: "tabpanel", "aria-labelledby": `tab-${this.tab}`, tabindex: "0" }, ...body));
    panel.querySelector(".body")!.scrollTop = top;
    if (held) document.getElementById(held)?.focus();
  }

  private walk(e: KeyboardEvent, ids: string[]): void {
    const by = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    this.open(ids[(ids.indexOf(this.tab) + by + ids.length) % ids.length]!);
    byId(`tab-${this.tab}`).focus();
  }

  private ship(): HTMLElement[] {
    if (this.measured) return this.ruler();
    const d = this.store.detection, scene = this.store.scene;
    if (!scene) return [h("p", {}, this.store.state.snapshot ? "The case holds no image." : "The case is being verified for the first time. This page fills itself when that is done.")];
    const tools = h("div", { class: "row" }, button("Draw a missed ship", "D", () => this.acts.mark("draw"), "main"),
      button("Draw by numbers", "N", () => this.acts.drawByForm()));
    if (!d) return [h("h2", {}, "No detection here"), h("p", {}, "Nothing was found in this scene, or nothing is selected."), scene.box ? tools : this.placing.show(scene), this.marks()];
    const status = this.store.statusOf(d.id);
    const said = { open: "not judged yet", accept: "accepted", reject: "rejected", disputed: "analysts disagree" }[status];
    const facts: [string, string][] = [["Length", size(d.length_m, "m")], ["Beam", size(d.beam_m, "m")],
      [d.heading_ambiguous ? "Axis" : "Heading", size(d.heading_deg, "\u00b0")], ["Score", d.score.toFixed(2)], ["Found by", d.method]];
    return [
      h("h2", {}, d.id, " ", h("span", { class: `chip ${status}` }, said)),
      h("div", { class: "row" }, button("Accept", "A", this.acts.accept, "good"), button("Reject\u2026", "R", this.acts.reject, "bad"), button("Zoom", "Z", this.acts.zoom)),
      h("dl", {}, ...facts.flatMap(([k, v]) => [h("dt", {}, k), h("dd", {}, v)])),
      h("p", { class: "limit" }, d.pixels_say),
      d.notes.length ? h("ul", { class: "notes" }, ...d.notes.map((n) => h("li", {}, n))) : h("span"),
      this.beside(d, scene), scene.box ? tools : this.placing.show(scene), this.marks(),
    ];
  }

  private marks(): HTMLElement {
    return h("div", { class: "row" }, button("Crane", "C", () => this.acts.mark("crane")), button("Vehicles", "V", () => this.acts.mark("vehicles")),
      button("Smoke", "S", () => this.acts.mark("smoke")), button("Class\u2026", "T", this.acts.classify), button("Note\u2026", "O", this.acts.note), button("Undo", "U", this.acts.undo));
  }

  /** A ship of the library at the same scale and sun, as large on the screen as the ship in the map. */
  private beside(d: T.Detection, scene: T.Scene): HTMLElement {
    const length = d.length_m?.value ?? 120;
    const near = [...this.store.classes].sort((a, b) => Math.abs(a.length_m - length) - Math.abs(b.length_m - length));
    const chosen = near.find((c) => c.id === this.form) ?? near[0];
    if (!chosen) return h("span");
    const place = scene.box ? middle(ring(scene, d).slice(0, 4)) : ([0, 0] as T.LonLat);
    const picture = h("img", { alt: `${chosen.name}, ${chosen.length_m.toFixed(0)} m, drawn from above at the scene's pixel size and sun`,
      src: api.beside(scene, chosen.id, d.heading_deg?.value ?? 0, place) });
    picture.addEventListener("load", () => {
      const perPixel = (156543.03 * Math.cos((place[1] * Math.PI) / 180)) / 2 ** (this.view.map.getZoom() + 1);
      const scale = Math.min(12, Math.max(0.5, Math.max(0.3, scene.gsd_m ?? 1) / perPixel));
      picture.width = Math.round(picture.naturalWidth * scale);
    });
    const pick = h("select", { id: "form", onchange: (e: Event) => { this.form = (e.target as HTMLSelectElement).value; this.show(); } },
      ...near.map((c) => h("option", { value: c.id, selected: c.id === chosen.id }, `${c.name}, ${c.length_m.toFixed(0)} m`)));
    const why = scene.modality === "sar" ? "Drawn as an optical satellite would see it: radar shows corners and edges, not this." : "Drawn, not photographed; the same pixel size and sun, the map's scale.";
    return h("details", { open: true }, h("summary", {}, "Beside it, at the same scale"), h("label", { for: "form" }, "Form"), pick,
      h("figure", {}, picture, h("figcaption", {}, why)));
  }

  private ruler(): HTMLElement[] {
    const { size: m, what } = this.measured!;
    return [
      h("h2", {}, what === "hull" ? "Drawn hull" : "Measured"),
      h("dl", {}, h("dt", {}, "Length"), h("dd", { id: "length" }, size(m.length_m, "m")), h("dt", {}, "Beam"), h("dd", {}, what === "hull" ? size(m.beam_m, "m") : "not measured by a line"),
        h("dt", {}, "Axis"), h("dd", {}, size(m.heading_deg, "\u00b0")), h("dt", {}, "Resolved"), h("dd", {}, m.resolved_m ? `${m.resolved_m} m` : "unknown")),
      h("p", { class: "limit" }, m.pixels_say),
      h("div", { class: "row" }, button("Keep as a missed ship", "Enter", this.acts.keep, "main"), button("Leave", "Esc", this.acts.drop)),
    ];
  }

  private claims(): HTMLElement[] {
    const { verdicts, why_not } = this.store.claims;
    if (why_not) return [h("p", {}, why_not)];
    if (!verdicts.length) return [h("p", {}, "No verdict yet.")];
    const stale = this.store.state.stale ? [h("p", { class: "limit" }, "Decisions were taken since; new verdicts follow.")] : [];
    return [...stale, ...verdicts.map((v) => this.claim(v))];
  }

  private claim(v: T.Verdict): HTMLElement {
    const was = this.store.before.get(v.claim);
    const changed = was && (was.verdict !== v.verdict || percent(was.probability) !== percent(v.probability));
    const [low, high] = v.probability;
    const bar = h("div", { class: "bar", role: "img", "aria-label": `probability ${percent(v.probability)}` });
    const fill = h("i");
    fill.style.left = `${100 * low}%`;
    fill.style.width = `${Math.max(1, 100 * (high - low))}%`;
    bar.append(fill);
    return h("article", { class: "claim", "data-claim": v.claim },
      h("h2", {}, v.text.length > 220 ? `${v.text.slice(0, 219)}\u2026` : v.text),
      h("p", {}, h("strong", { class: `call ${v.verdict.replaceAll(" ", "-")}` }, v.verdict), ` ${percent(v.probability)} \u00b7 ${v.words}`), bar,
      changed ? h("p", { class: "was" }, `before your last decisions: ${was.verdict}, ${percent(was.probability)}`) : null,
      v.with_reports.verdict !== v.verdict ? h("p", {}, `with reports: ${v.with_reports.verdict} ${percent(v.with_reports.probability)}`) : null,
      h("details", {}, h("summary", {}, "Elements and coverage"),
        h("ul", {}, ...v.elements.map((e) => h("li", {}, `${e.statement}: `, h("b", {}, e.status), ` \u2013 ${e.why}`))), h("p", {}, v.coverage.statement)),
      this.ledger(v.ledger), this.missing(v.missing));
  }

  /** What each group of evidence weighs, as the report prints it. */
  private ledger(l: T.Ledger | null): HTMLElement | null {
    if (!l) return null;
    const row = (words: string, alone: T.Db | null, adds: T.Db | null | undefined, why = "") => h("tr", {}, h("th", { scope: "row" }, words, why ? h("small", {}, ` ${why}`) : null),
      h("td", {}, decibels(alone)), h("td", {}, adds === undefined ? "" : decibels(adds)));
    return h("details", { class: "ledger" }, h("summary", {}, "Weight of evidence"),
      h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Group"), h("th", { scope: "col" }, "Alone, dB"), h("th", { scope: "col" }, "Lost without it, dB"))),
        h("tbody", {}, ...l.groups.map((g) => row(g.text, g.alone_db, g.adds_db, g.why)), row("Own looks and AIS together", l.own_db, undefined), row("With reports", l.all_db, undefined))),
      ...l.conflicts.map((c) => h("p", { class: "limit" }, c)), h("p", { class: "best" }, "Above 0 it speaks for the claim; 10 dB is a factor of ten."));
  }

  /** Which image would help most; what can be had comes first, as the verdict orders it. */
  private missing(all: T.Missing[]): HTMLElement | null {
    const [best, ...others] = all;
    if (!best) return null;
    const site = (id: string) => this.store.theCase.sites.find((x) => x.id === id)?.name ?? id;
    const words = (m: T.Missing) => `${m.platform || (m.modality === "sar" ? "any radar satellite" : "any optical satellite")} over ${site(m.site_id)}, ${when(m.time)}: ` +
      `${m.bits.toFixed(2)} bit, ${m.availability}; chance to have it ${Math.round(100 * m.chance)} %`;
    return h("div", { class: "best" }, h("p", {}, h("b", {}, "Would help most: "), words(best)),
      others.length ? h("details", {}, h("summary", {}, `${others.length} more`), h("ul", {}, ...others.slice(0, 8).map((m) => h("li", {}, words(m))))) : null);
  }

  private log(): HTMLElement[] {
    const rows = [...this.store.decided].reverse().slice(0, 300).map(({ line, withdrawn, measured }) => h("li", { class: withdrawn ? "gone" : "" },
      h("b", {}, line.analyst), ` ${WORDS[line.kind]} ${line.detection_id || line.scene_id}`, line.text ? `: ${line.text}` : "",
      measured?.length_m ? ` (${size(measured.length_m, "m")})` : "", withdrawn ? " \u2013 withdrawn or replaced" : "", h("small", {}, ` ${time(line.at)}`)));
    const hidden = this.store.hidden ? [h("p", { class: "limit" }, `${this.store.hidden} decision(s) of others are hidden until you have made your own.`)] : [];
    return [h("div", { class: "row" }, button("Undo mine", "U", this.acts.undo)), ...hidden, rows.length ? h("ol", { class: "log", reversed: true }, ...rows) : h("p", {}, "No decision yet.")];
  }

  private files(): HTMLElement[] {
    const input = h("input", { type: "file", id: "file", onchange: (e: Event) => { const f = (e.target as HTMLInputElement).files?.[0]; if (f) this.acts.upload(f); } });
    const notes = this.store.theCase.notes;
    return [
      h("h2", {}, "Bring in"), h("p", {}, "Drop a file anywhere on this page, or choose one: images, marks (GeoJSON, KML), zip archives, labels (COCO .json, CVAT .xml)."),
      h("label", { for: "file" }, "File"), input,
      h("h2", {}, "Take out"), h("div", { class: "row" }, ...[["geojson", "GeoJSON"], ["coco", "COCO"], ["cvat", "CVAT"], ["training", "Training data"]].map(([k, t]) =>
        h("button", { type: "button", onclick: () => this.acts.labels(k!) }, t!))),
      h("p", { class: "limit" }, "Training data: labels of scenes in which every detection was judged, to be laid beside their images."),
      h("h2", {}, "Notes of the last verification"), notes.length ? h("ul", {}, ...notes.slice(0, 100).map((n) => h("li", {}, n))) : h("p", {}, "None."),
    ];
  }
}
