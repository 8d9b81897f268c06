import "./style.css";
import * as api from "./api";
import { byId, dialog, h, toast, when } from "./dom";
import { help, listen, type Key } from "./keys";
import { MapView, middle, ring } from "./map";
import { Panels, type Acts } from "./panels";
import { Store } from "./store";
import { chooseInTimeline, drawTimeline } from "./timeline";
import { hullAt, Tools } from "./tools";
import type * as T from "./types";

const POLL_MS = 1500;
const REASONS = ["wave, wake or sea clutter", "radar ambiguity or sidelobe", "buoy or small craft", "crane or quay structure", "rock or land", "cloud or its shadow"];
const store = new Store();
const dark = () => (document.documentElement.dataset["theme"] ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

async function main(): Promise<void> {
  head();
  const view = new MapView(store, dark); // begins to load while the case is on its way
  await store.open();
  const tools = new Tools(view, (what, corners) => void measured(what, corners), () => bar(view, tools));
  const seen = (): T.Seen => ({
    bands: store.scene?.choices.find((c) => c.bands === store.bands)?.label ?? "", zoom: view.zoom,
    stretch: `${store.scene?.stretch ?? ""}; brightness ${store.brightness.toFixed(1)}, contrast ${store.contrast.toFixed(1)}`,
    beside: view.mode === "one" ? "" : (store.beside?.id ?? ""),
  });
  const about = (d: T.Detection) => ({ scene_id: d.scene_id, detection_id: d.id, outline: d.outline, outline_px: d.outline_px, seen: seen() });

  const guarded = (act: () => Promise<void>) => () => void act().catch((e: Error) => toast(e.message, true));
  const acts: Acts = {
    accept: guarded(async () => { const d = need(); await store.decide({ kind: "accept", ...about(d) }); toast(`Accepted ${d.id}`); store.step(1, true); }),
    reject: guarded(async () => {
      const d = need(), text = await reason(d.id);
      if (text) { await store.decide({ kind: "reject", ...about(d), text }); toast(`Rejected ${d.id}: ${text}`); store.step(1, true); }
    }),
    mark: (kind) => kind === "draw" ? tools.start("hull") : guarded(async () => {
      const scene = store.scene, d = store.detection;
      if (!scene?.box) throw new Error("This image has no georeference, so nothing can be marked on the map.");
      const at = d ? middle(ring(scene, d).slice(0, 4)) : view.centre;
      await store.decide({ kind, scene_id: scene.id, detection_id: d?.id ?? "", outline: [at], seen: seen() });
      toast(`Marked: ${kind}`);
    })(),
    classify: guarded(async () => { const d = need(), text = await words("Class that you see", "class", store.classes.map((c) => c.name)); if (text) { await store.decide({ kind: "class", ...about(d), text }); toast(`Class kept: ${text}`); } }),
    note: guarded(async () => {
      const d = store.detection, text = await words("Note", "note");
      if (text) { await store.decide(d ? { kind: "note", ...about(d), text } : { kind: "note", scene_id: store.scene?.id ?? "", text, seen: seen() }); toast("Note kept"); }
    }),
    undo: guarded(async () => {
      const undone = new Set(store.decided.filter((d) => d.line.kind === "undo").map((d) => d.line.withdraws));
      const last = store.decided.filter((d) => d.line.analyst === store.theCase.analyst && d.line.kind !== "undo" && !undone.has(d.line.id)).at(-1);
      if (!last) throw new Error("You have no decision to undo.");
      await store.decide({ kind: "undo", withdraws: last.line.id });
      toast(`Undone: ${last.line.kind} ${last.line.detection_id || last.line.scene_id}`);
    }),
    zoom: () => view.zoomToShip(),
    keep: guarded(async () => {
      const m = panels.measured, scene = store.scene;
      if (!m || !scene) return;
      await store.decide({ kind: "draw", scene_id: scene.id, outline: m.corners, outline_px: m.size.outline_px, seen: seen() });
      panels.measured = null; view.show([]); panels.show(); toast("Ship kept; verdicts follow");
    }),
    drop: () => { view.leave(); panels.measured = null; view.show([]); tools.stop(); panels.show(); },
    upload: (file) => void bring(file),
    labels: (kind) => { const a = h("a", { href: `/api/labels?kind=${kind}`, download: "" }); document.body.append(a); a.click(); a.remove(); },
    drawByForm: guarded(async () => {
      const fields = [["length", "Length, m", "120"], ["beam", "Beam, m", "18"], ["heading", "Axis, degrees from north", "90"]].map(([n, t, v]) =>
        h("label", {}, t!, h("input", { name: n, type: "number", value: v, min: "0", max: n === "heading" ? "360" : "600", step: "any", required: true })));
      const said = await dialog("Hull around the map's middle", fields, "Draw");
      if (!said) return;
      const [length, beam, heading] = ["length", "beam", "heading"].map((n) => Number(said.get(n)));
      await measured("hull", hullAt(view.centre, length!, beam!, heading!));
    }),
  };
  const panels = new Panels(store, view, acts);

  async function measured(what: "hull" | "line", corners: T.LonLat[]): Promise<void> {
    try {
      if (!store.scene) return;
      panels.measured = { what, corners, size: await api.measure(store.scene.key, corners) };
      view.show(corners);
      panels.open("ship");
    } catch (e) { toast((e as Error).message, true); }
  }
  function need(): T.Detection {
    if (!store.detection) throw new Error("Select a detection first: J and K go through them.");
    return store.detection;
  }
  const stretch = (b: number, c: number) => {
    store.brightness = Math.max(-1, Math.min(1, store.brightness + b));
    store.contrast = Math.max(-1, Math.min(1, store.contrast + c));
    store.tell("stretch");
  };
  const compare = (mode: "swipe" | "blink") => {
    const at = store.scenes.findIndex((s) => s.id === store.scene?.id);
    store.beside ??= store.scenes[at + 1] ?? store.scenes[at - 1] ?? null;
    if (store.beside?.id === store.scene?.id) store.beside = store.scenes[at + 1] ?? store.scenes[at - 1] ?? null;
    if (!store.beside) { toast("There is no second scene to compare with.", true); return; }
    if (mode === "blink" && view.mode === "blink" && matchMedia("(prefers-reduced-motion: reduce)").matches) { view.wink(); return; }
    void view.compare(mode).then(() => bar(view, tools));
  };
  const keys: Key[] = [
    { keys: ["j", "k"], words: "next, previous detection", act: () => undefined },
    { keys: ["]", "["], words: "next, previous look", act: () => undefined },
    { keys: ["a"], words: "accept: it is a vessel", act: acts.accept },
    { keys: ["r"], words: "reject, with the reason", act: acts.reject },
    { keys: ["d"], words: "draw a missed ship: bow, stern, side", act: () => acts.mark("draw") },
    { keys: ["n"], words: "draw one by numbers, without a mouse", act: acts.drawByForm },
    { keys: ["m"], words: "measure between two points", act: () => tools.start("line") },
    { keys: ["Enter"], words: "keep what was drawn", act: () => panels.measured && acts.keep() },
    { keys: ["Escape"], words: "leave what was begun", act: () => { acts.drop(); if (view.mode !== "one") void view.compare(view.mode).then(() => bar(view, tools)); } },
    { keys: ["c", "v", "s"], words: "mark a crane, vehicles, smoke", act: () => undefined },
    { keys: ["t"], words: "name the class you see", act: acts.classify },
    { keys: ["o"], words: "note", act: acts.note },
    { keys: ["u"], words: "undo your last decision", act: acts.undo },
    { keys: ["z"], words: "zoom to the ship", act: acts.zoom },
    { keys: ["h"], words: "hide or show outlines", act: () => view.outlines() },
    { keys: ["f"], words: "the whole scene", act: () => view.fit() },
    { keys: ["w"], words: "swipe between two dates", act: () => compare("swipe") },
    { keys: ["b"], words: "blink between two dates", act: () => compare("blink") },
    { keys: [".", ","], words: "brighter, darker", act: () => undefined },
    { keys: ["'", ";"], words: "more, less contrast", act: () => undefined },
    { keys: ["x"], words: "verify again", act: guarded(async () => { await api.verify(); await store.poll(); }) },
    { keys: ["?"], words: "these keys", act: () => help(keys) },
  ];
  const one = (key: string, act: () => void): Key => ({ keys: [key], words: "", act });
  listen([...keys, one("j", () => store.step(1)), one("k", () => store.step(-1)), one("]", () => store.stepScene(1)), one("[", () => store.stepScene(-1)),
    one("c", () => acts.mark("crane")), one("v", () => acts.mark("vehicles")), one("s", () => acts.mark("smoke")),
    one(".", () => stretch(0.1, 0)), one(",", () => stretch(-0.1, 0)), one("'", () => stretch(0, 0.1)), one(";", () => stretch(0, -0.1))]);

  store.watch((what) => {
    head(() => help(keys), view);
    if (what.has("case") || what.has("scenes")) drawTimeline(store);
    else if (what.has("scene")) chooseInTimeline(store);
    if (what.has("stretch")) slid();
    if (["scene", "scenes", "compare"].some((w) => what.has(w))) bar(view, tools, stretch, compare);
  });
  addEventListener("resize", () => drawTimeline(store));
  drop(acts);
  bar(view, tools, stretch, compare);
  view.settle();
  head(() => help(keys), view); drawTimeline(store); panels.show();
  Object.assign(window, { roadsteadMap: view.map });
  document.documentElement.dataset["ready"] = "yes";
  view.map.once("idle", () => void api.classes().then((found) => { store.classes = found; panels.show(); }).catch(() => undefined)); // after the first picture
  let failed = 0;
  for (;;) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    await store.poll().then(() => { if (failed) toast("The server answers again."); failed = 0; }).catch((e: Error) => {
      if (++failed === 2) toast(e instanceof api.Refused ? e.message : "The server does not answer. What was acknowledged is kept.", true);
    });
  }
}

/** Title, what is simulated, progress of the review, what is being computed. */
function head(showHelp?: () => void, view?: MapView): void {
  const c = store.theCase as T.Case | undefined, job = store.state.job;
  if (!c) { byId("head").replaceChildren(h("h1", {}, "Roadstead workbench")); return; }
  const [mine, all] = store.progress;
  const busy = job.state === "running"
    ? h("span", { class: "job", role: "status" }, h("i", { class: "spin", "aria-hidden": "true" }), `${job.step}${job.total ? ` ${job.done}/${job.total}` : ""}`)
    : job.state === "failed" ? h("span", { class: "job failed", role: "alert" }, job.error)
      : h("span", { class: "job" }, store.state.stale ? "verdicts are older than the decisions" : "verdicts are up to date");
  const slow = store.state.preparing.includes(store.scene?.id ?? "");
  const held = document.activeElement?.id ?? "";
  byId("head").replaceChildren(
    h("h1", {}, c.title || "Roadstead workbench"), c.simulated ? h("strong", { class: "simulated" }, "SIMULATED") : "",
    h("label", { class: "progress" }, "Reviewed ", h("progress", { value: String(mine), max: String(Math.max(1, all)) }), ` ${mine} of ${all}`), busy,
    slow ? h("span", { class: "job", role: "status" }, h("i", { class: "spin", "aria-hidden": "true" }), "this image has no overviews: a copy that is quick to show is being made; a COG needs none") : "",
    h("span", { class: "who" }, c.blind ? `${c.analyst} \u00b7 blind` : c.analyst),
    h("button", { type: "button", id: "scheme", "aria-pressed": String(dark()), onclick: () => { document.documentElement.dataset["theme"] = dark() ? "light" : "dark"; view?.theme(); head(showHelp, view); } }, dark() ? "Light" : "Dark"),
    h("button", { type: "button", id: "keys", onclick: () => showHelp?.() }, "Keys ", h("kbd", {}, "?")));
  if (held === "scheme" || held === "keys") byId(held).focus(); // the head is made anew each time something is computed
}

/** Under the map: which scene, which bands, how it is stretched, and what it is compared with. */
function bar(view: MapView, tools: Tools, stretch?: (b: number, c: number) => void, compare?: (m: "swipe" | "blink") => void): void {
  if (stretch) barActs = { stretch, compare: compare! };
  const scene = store.scene;
  const choose = (id: string, label: string, options: [string, string][], value: string, act: (v: string) => void) =>
    h("label", { for: id }, label, h("select", { id, onchange: (e: Event) => act((e.target as HTMLSelectElement).value) },
      ...options.map(([v, t]) => h("option", { value: v, selected: v === value }, t))));
  const name = (x: T.Scene) => `${x.time ? when(x.time) : "time unknown"} ${x.platform} ${x.id}`.slice(0, 70);
  const slide = (id: string, label: string, value: number, act: (v: number) => void) =>
    h("label", { for: id }, label, h("input", { id, type: "range", min: "-1", max: "1", step: "0.1", value: String(value), oninput: (e: Event) => act(Number((e.target as HTMLInputElement).value)) }));
  const place = document.getElementById("bar") ?? h("div", { id: "bar", role: "toolbar", "aria-label": "Picture" });
  const held = document.activeElement?.id ?? "";
  place.replaceChildren(
    choose("scene", "Look", store.scenes.map((x) => [x.id, name(x)]), scene?.id ?? "", (v) => store.choose(v)),
    choose("bands", "Bands", (scene?.choices ?? []).map((c) => [c.bands, c.label]), store.bands, (v) => { store.bands = v; store.tell("scene"); }),
    slide("bright", "Brightness", store.brightness, (v) => barActs?.stretch(v - store.brightness, 0)),
    slide("contrast", "Contrast", store.contrast, (v) => barActs?.stretch(0, v - store.contrast)),
    choose("beside", "Compare with", store.scenes.filter((x) => x.id !== scene?.id).map((x) => [x.id, name(x)]), store.beside?.id ?? "", (v) => { store.beside = store.sceneById.get(v) ?? null; if (view.mode !== "one") store.tell("scene"); }),
    h("button", { type: "button", "aria-pressed": String(view.mode === "swipe"), onclick: () => barActs?.compare("swipe") }, "Swipe ", h("kbd", {}, "W")),
    h("button", { type: "button", "aria-pressed": String(view.mode === "blink"), onclick: () => barActs?.compare("blink") }, "Blink ", h("kbd", {}, "B")),
    h("button", { type: "button", "aria-pressed": String(tools.active === "line"), onclick: () => tools.start("line") }, "Measure ", h("kbd", {}, "M")),
    h("span", { id: "aligned", role: "status" }, view.aligned),
    h("span", { class: "credit" }, tools.active === "hull" ? "Click bow, stern, then a side; Esc leaves" : tools.active === "line" ? "Click two points; Esc leaves" : scene ? [scene.credit, scene.licence].filter(Boolean).join(" \u00b7 ") : ""));
  if (!place.isConnected) byId("stage").append(place);
  if (held && place.querySelector(`#${CSS.escape(held)}`)) document.getElementById(held)?.focus();
}
/** The sliders follow what keys did; made anew they would slip from the hand that drags them. */
function slid(): void {
  for (const [id, value] of [["bright", store.brightness], ["contrast", store.contrast]] as const) {
    const slider = document.getElementById(id) as HTMLInputElement | null;
    if (slider && Number(slider.value) !== value) slider.value = String(value);
  }
}

let barActs: { stretch: (b: number, c: number) => void; compare: (m: "swipe" | "blink") => void } | null = null;

async function reason(id: string): Promise<string> {
  const radios = REASONS.map((r, i) => h("label", { class: "radio" }, h("input", { type: "radio", name: "reason", value: r, checked: i === 0 }), r));
  const said = await dialog(`Why is ${id} no vessel?`, [h("fieldset", {}, h("legend", {}, "Reason, as the report prints it"), ...radios),
    h("label", {}, "Or in your words", h("input", { name: "words", maxlength: "500" }))], "Reject");
  return said ? String(said.get("words") || said.get("reason") || "").trim() : "";
}

async function words(title: string, name: string, offered: string[] = []): Promise<string> {
  const list = h("datalist", { id: "offered" }, ...offered.map((o) => h("option", { value: o })));
  const said = await dialog(title, [h("label", {}, title, h("input", { name, maxlength: "1000", required: true, list: "offered" })), list], "Keep");
  return said ? String(said.get(name) ?? "").trim() : "";
}

async function bring(file: File): Promise<void> {
  try {
    const start = (await file.slice(0, 400_000).text()).trimStart();
    const labels = /\.(xml|json)$/i.test(file.name) && (start.includes("<annotations") || (start.includes('"annotations"') && start.includes('"images"')));
    if (labels) { const made = (await api.upload("labels", file)) as T.Decision[]; toast(`${made.length} label(s) taken in as drawn ships`); await store.reread(); return; }
    const found = (await api.upload(`exhibits?name=${encodeURIComponent(file.name)}`, file)) as T.TakenIn;
    const said = [...found.added.map((x) => `added ${x}`), ...found.already.map((x) => `held already: ${x}`), ...found.refused, ...found.notices];
    toast(said.join(" \u00b7 ") || "nothing was taken in", found.refused.length > 0 && !found.added.length);
  } catch (e) { toast((e as Error).message, true); }
}

function drop(acts: Acts): void {
  addEventListener("dragover", (e) => { e.preventDefault(); document.body.classList.add("dropping"); });
  addEventListener("dragleave", (e) => { if (!e.relatedTarget) document.body.classList.remove("dropping"); });
  addEventListener("drop", (e) => {
    e.preventDefault();
    document.body.classList.remove("dropping");
    for (const file of e.dataTransfer?.files ?? []) acts.upload(file);
  });
}

void main().catch((e: Error) => { byId("stage").replaceChildren(h("p", { class: "fatal", role: "alert" }, e.message)); });
