import { Map as GlMap, NavigationControl, ScaleControl, setWorkerUrl, type GeoJSONSource, type StyleSpecification } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";
import * as api from "./api";
import { byId, h, time, toast } from "./dom";
import type { Status, Store } from "./store";
import type * as T from "./types";

setWorkerUrl(workerUrl);

const STEP = 1e-5; // degrees that a pixel of an image without georeference takes on the map
const NEAR = 12.5; // zoom from which a ship is long enough on the screen to be outlined; further away those that touch are one dot
const COLOUR: Record<Status, string> = { accept: "#3fd07a", reject: "#ff6b5e", disputed: "#d58bff", open: "#ffd447" };
const empty = (): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features: [] });

function style(dark: boolean): StyleSpecification {
  return { version: 8, sources: {}, layers: [{ id: "water", type: "background", paint: { "background-color": dark ? "#10202b" : "#c9dbe5" } }] };
}

/** Where a scene lies on the map: its box, or for an image without georeference one at 0, 0. */
export function boxOf(scene: T.Scene): [number, number, number, number] {
  return scene.box ?? [0, -scene.height_px * STEP, scene.width_px * STEP, 0];
}
export function ring(scene: T.Scene, d: { outline: T.LonLat[]; outline_px: T.LonLat[] }): T.LonLat[] {
  const corners = scene.box ? d.outline : d.outline_px.map(([c, r]) => [c * STEP, -r * STEP] as T.LonLat);
  return corners.length ? [...corners, corners[0]!] : [];
}
/** Column and row of a place on the map in an image without georeference. */
export const pixelAt = ([x, y]: T.LonLat): [number, number] => [x / STEP, -y / STEP];
export function middle(corners: T.LonLat[]): T.LonLat {
  const n = corners.length || 1;
  return [corners.reduce((sum, c) => sum + c[0], 0) / n, corners.reduce((sum, c) => sum + c[1], 0) / n];
}

export class MapView {
  readonly map: GlMap;
  private top: GlMap | null = null;
  private topBox = h("div", { class: "top", hidden: true });
  private edge = h("div", { class: "cut", hidden: true });
  private slider = h("input", { type: "range", min: "0", max: "100", value: "50", class: "swipe", "aria-label": "Swipe between the two dates", hidden: true });
  private shown = { base: "", top: "" };
  private numbers = new Map<string, number>();
  private told = new Map<string, Status>(); // what the map was told of each detection
  private blinking = 0;
  private shift: [number, number] = [0, 0];
  mode: "one" | "swipe" | "blink" = "one";
  aligned = ""; // how the second date was laid over the first, in words
  pending: T.LonLat[] = []; // drawn and not yet kept

  constructor(private store: Store, private dark: () => boolean) {
    const box = h("div", { class: "map", id: "map" });
    byId("stage").append(h("div", { class: "view" }, box, this.topBox, this.edge, this.slider));
    this.map = this.make(box);
    this.map.addControl(new NavigationControl({ visualizePitch: false }), "top-right");
    this.map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.map.on("style.load", () => { this.layers(); this.refresh(new Set(["case", "scene", "detections", "decisions", "selected"])); });
    this.map.on("move", () => { this.follow(); this.outline(); });
    for (const layer of ["outlines", "fills", "dots"])
      this.map.on("click", layer, (e) => { const id = e.features?.[0]?.properties["name"]; if (id && !this.busy) store.select(String(id)); });
    this.map.on("click", "dots", (e) => { if (e.features?.[0]?.properties["cluster"] && !this.busy) this.map.easeTo({ center: e.lngLat, zoom: this.map.getZoom() + 2 }); });
    this.slider.addEventListener("input", () => this.cut());
    store.watch((what) => this.refresh(what));
  }

  busy = false; // while something is drawn, a click selects nothing

  private make(container: HTMLElement): GlMap {
    return new GlMap({ container, style: style(this.dark()), center: [0, 0], zoom: 1, attributionControl: false, maxPitch: 0,
      dragRotate: false, pitchWithRotate: false, fadeDuration: 0, keyboard: true, renderWorldCopies: false });
  }

  theme(): void {
    for (const m of [this.map, this.top]) m?.setPaintProperty("water", "background-color", this.dark() ? "#10202b" : "#c9dbe5");
  }

  private layers(): void {
    const m = this.map;
    for (const name of ["coast", "tracks", "sites", "berths", "found", "drawn", "chosen"]) m.addSource(name, { type: "geojson", data: empty() });
    const sum = (status: string) => ["+", ["case", ["==", ["get", "status"], status], 1, 0]];
    m.addSource("far", { type: "geojson", data: empty(), cluster: true, clusterRadius: 14, clusterMaxZoom: Math.floor(NEAR),
      clusterProperties: { open: sum("open"), disputed: sum("disputed"), accept: sum("accept") } as never });
    m.addLayer({ id: "coast", type: "line", source: "coast", paint: { "line-color": "#7fd6c2", "line-width": 1.5 } });
    m.addLayer({ id: "tracks", type: "line", source: "tracks", paint: { "line-color": "#ff9ff3", "line-width": 2, "line-opacity": 0.85 } });
    m.on("click", "tracks", (e) => { if (!this.busy && e.features?.[0]) toast(String(e.features[0].properties["words"])); });
    m.addLayer({ id: "site", type: "line", source: "sites", paint: { "line-color": "#e8b04a", "line-width": 1.5, "line-dasharray": [3, 2] } });
    m.addLayer({ id: "berth", type: "line", source: "berths", paint: { "line-color": "#e8b04a", "line-width": 3 } });
    const of = (status: unknown) => ["match", status, "accept", COLOUR.accept, "reject", COLOUR.reject, "disputed", COLOUR.disputed, COLOUR.open];
    // of many in one place the one that needs looking at gives the colour
    const worst = ["case", ["has", "point_count"], ["case", [">", ["get", "disputed"], 0], COLOUR.disputed, [">", ["get", "open"], 0], COLOUR.open,
      [">", ["get", "accept"], 0], COLOUR.accept, COLOUR.reject], of(["get", "status"])] as unknown as string;
    const grown = ["min", 9, ["+", 3, ["ln", ["coalesce", ["get", "point_count"], 1]]]] as unknown as number;
    m.addLayer({ id: "halo", type: "line", source: "found", minzoom: NEAR, paint: { "line-color": "#000", "line-opacity": 0.55, "line-width": 4 } });
    m.addLayer({ id: "outlines", type: "line", source: "found", minzoom: NEAR, paint: { "line-color": of(["coalesce", ["feature-state", "status"], ""]) as unknown as string, "line-width": 2 } });
    m.addLayer({ id: "fills", type: "fill", source: "found", minzoom: NEAR, paint: { "fill-opacity": 0 } }); // a click inside an outline; nothing is drawn
    m.addLayer({ id: "dots", type: "circle", source: "far", maxzoom: NEAR, paint: { "circle-color": worst, "circle-radius": grown, "circle-stroke-color": "#000", "circle-stroke-width": 1 } });
    m.addLayer({ id: "drawn", type: "line", source: "drawn", paint: { "line-color": "#59c8ff", "line-width": 2.5 } });
    m.addLayer({ id: "chosen", type: "line", source: "chosen", minzoom: NEAR, paint: { "line-color": "#fff", "line-width": 1.5, "line-gap-width": 5 } });
    m.addLayer({ id: "chosen-far", type: "circle", source: "chosen", filter: ["==", ["geometry-type"], "Point"], maxzoom: NEAR,
      paint: { "circle-radius": 10, "circle-opacity": 0, "circle-stroke-color": "#fff", "circle-stroke-width": 2 } });
  }

  private get ready(): boolean { return Boolean(this.map.getSource("found")); }

  refresh(what: Set<string>): void {
    if (!this.ready) return;
    if (!this.store.theCase) return;
    if (what.has("case")) this.places();
    if (what.has("prepared")) this.shown = { base: "", top: "" }; // tiles asked for before were empty
    if (what.has("scene") || what.has("prepared")) { if (!this.inSight) this.fit(); this.picture(this.map, this.store.scene, "base"); if (this.mode !== "one") this.picture(this.top!, this.store.beside, "top"); }
    if (what.has("detections") || what.has("scene")) this.found(); // after the picture is on its way
    if (what.has("scene") || what.has("decisions") || what.has("detections")) { this.statuses(); this.drawn(); }
    if (what.has("selected") || what.has("scene")) this.choose();
    if (what.has("selected")) this.goToShip();
    if (what.has("stretch")) this.stretch();
  }

  private set(source: string, features: GeoJSON.Feature[]): void {
    (this.map.getSource(source) as GeoJSONSource).setData({ type: "FeatureCollection", features });
  }

  private places(): void {
    const lines = (all: T.LonLat[][], properties = {}): GeoJSON.Feature[] => all.map((coordinates) => ({ type: "Feature", properties, geometry: { type: "LineString", coordinates } }));
    this.set("coast", lines(this.store.ground.coast));
    this.set("tracks", this.store.ground.tracks.flatMap((t) => lines(t.lines, { words: `AIS ${t.mmsi}${t.name ? ` ${t.name}` : ""}, received ${time(t.start)} to ${time(t.end)}` })));
    this.set("sites", this.store.theCase.sites.map((x) => ({ type: "Feature", properties: {}, geometry: x.aoi })));
    this.set("berths", this.store.theCase.sites.flatMap((x) => x.berths).map((c) => ({ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: c } })));
  }

  private found(): void {
    const scene = this.store.scene;
    const here = scene ? (this.store.byScene.get(scene.id) ?? []) : [];
    const placed = here.filter((d) => d.outline_px.length);
    this.numbers = new Map(placed.map((d, i) => [d.id, i + 1]));
    this.told.clear();
    this.middles = new Map(placed.map((d) => [d.id, middle(ring(scene!, d).slice(0, -1))]));
    this.map.removeFeatureState({ source: "found" });
    this.outlined = false;
    this.outline();
  }

  /** Outlines are handed to the map when they are first near enough to be seen: of thousands that costs a while. */
  private outline(): void {
    const scene = this.store.scene;
    if (this.outlined || !this.ready || !scene || this.map.getZoom() < NEAR - 0.5) return;
    this.outlined = true;
    this.set("found", (this.store.byScene.get(scene.id) ?? []).filter((d) => d.outline_px.length).map((d) => ({ type: "Feature", id: this.numbers.get(d.id)!,
      properties: { name: d.id }, geometry: { type: "Polygon", coordinates: [ring(scene, d)] } })));
  }
  private outlined = false;
  private middles = new Map<string, T.LonLat>();

  /** Only what changed is told: a scene may hold thousands. */
  private statuses(): void {
    let changed = false;
    for (const [id, number] of this.numbers) {
      const status = this.store.statusOf(id);
      if (this.told.get(id) === status) continue;
      if (status !== "open" || this.told.has(id)) this.map.setFeatureState({ source: "found", id: number }, { status });
      this.told.set(id, status);
      changed = true;
    }
    if (changed || !this.numbers.size) this.set("far", [...this.middles].map(([id, at]) => ({ type: "Feature",
      properties: { name: id, status: this.store.statusOf(id) }, geometry: { type: "Point", coordinates: at } })));
  }

  private choose(): void {
    const d = this.store.detection, scene = this.store.scene;
    const corners = d && scene && d.scene_id === scene.id ? ring(scene, d) : [];
    this.set("chosen", corners.length ? [
      { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: corners } },
      { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: middle(corners.slice(0, -1)) } }] : []);
  }

  private drawn(): void {
    const scene = this.store.scene;
    const all = scene ? this.store.drawn(scene.id) : [];
    this.set("drawn", all.map((d) => ({ type: "Feature", properties: {}, geometry: { type: "LineString",
      coordinates: d.measured ? ring(scene!, d.measured) : d.line.outline.length > 1 ? d.line.outline : [d.line.outline[0]!, d.line.outline[0]!] } } as GeoJSON.Feature)).concat(
      this.pending.length ? [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [...this.pending, this.pending[0]!] } }] : []));
  }

  show(corners: T.LonLat[]): void { this.pending = corners; if (this.ready) this.drawn(); }

  /** A ship that is judged must be seen: the map goes to it where it lies outside, and stays where it does not. */
  private goToShip(): void {
    const d = this.store.detection, scene = this.store.scene;
    const corners = d && scene && d.scene_id === scene.id ? ring(scene, d) : [];
    if (corners.length && this.map.getZoom() > 5 && !this.map.getBounds().contains(middle(corners.slice(0, 4)))) this.map.jumpTo({ center: middle(corners.slice(0, 4)) });
  }

  private picture(m: GlMap, scene: T.Scene | null, slot: "base" | "top"): void {
    const bands = slot === "base" ? this.store.bands : (scene?.choices.find((c) => c.label === this.choice())?.bands ?? scene?.choices[0]?.bands ?? "");
    const wanted = scene ? `${scene.key}/${bands}` : "";
    if (this.shown[slot] === wanted) return;
    this.shown[slot] = wanted;
    if (m.getLayer("picture")) m.removeLayer("picture");
    if (m.getSource("picture")) m.removeSource("picture");
    if (!scene) return;
    const [w, so, e, n] = boxOf(scene);
    if (scene.box) m.addSource("picture", { type: "raster", tiles: [api.tiles(scene, bands)], tileSize: 256, bounds: [w, so, e, n], maxzoom: scene.maxzoom });
    else m.addSource("picture", { type: "image", url: api.picture(scene, bands), coordinates: [[w, n], [e, n], [e, so], [w, so]] });
    const below = m.getLayer("coast") ? "coast" : undefined;
    m.addLayer({ id: "picture", type: "raster", source: "picture", paint: { "raster-resampling": "nearest", "raster-fade-duration": 0 } }, below);
    this.stretch();
  }

  private choice(): string { return this.store.scene?.choices.find((c) => c.bands === this.store.bands)?.label ?? ""; }

  private stretch(): void {
    const { brightness: b, contrast: c } = this.store;
    for (const m of [this.map, this.top])
      if (m?.getLayer("picture")) {
        m.setPaintProperty("picture", "raster-brightness-min", Math.max(0, b) * 0.8);
        m.setPaintProperty("picture", "raster-brightness-max", 1 + Math.min(0, b) * 0.8);
        m.setPaintProperty("picture", "raster-contrast", c);
      }
  }

  /** Whether the map's middle lies in the scene, so that going to it need not move the map. */
  get inSight(): boolean {
    if (!this.store.scene) return true;
    const [w, so, e, n] = boxOf(this.store.scene), [x, y] = this.centre;
    return x >= w && x <= e && y >= so && y <= n && this.map.getZoom() > 5;
  }

  /** The page around the map has come: where that took room from it, the scene is fitted into what is left. */
  settle(): void {
    const before = this.map.getCanvas().clientHeight;
    this.map.resize();
    if (this.map.getCanvas().clientHeight !== before) this.fit();
  }

  fit(): void {
    const scene = this.store.scene;
    if (!scene) return;
    const [w, so, e, n] = boxOf(scene);
    this.map.fitBounds([w, so, e, n], { padding: 24, animate: false });
  }

  zoomToShip(): void {
    const d = this.store.detection, scene = this.store.scene;
    if (!d || !scene) return;
    const corners = ring(scene, d);
    if (!corners.length) return;
    const [x, y] = middle(corners.slice(0, 4)), lon = corners.map((c) => c[0]), lat = corners.map((c) => c[1]);
    const half = Math.max(0.0016, 1.4 * Math.max(Math.max(...lon) - Math.min(...lon), Math.max(...lat) - Math.min(...lat)));
    this.map.fitBounds([x - half, y - half, x + half, y + half], { animate: false });
  }

  /** The next place that is clicked; null when it is left with Escape or another is asked for. */
  pick(): Promise<T.LonLat | null> {
    this.leave();
    this.busy = true;
    this.map.getCanvas().style.cursor = "crosshair";
    return new Promise((done) => {
      const end = (at: T.LonLat | null) => { this.map.off("click", clicked); this.map.getCanvas().style.cursor = ""; this.leave = () => undefined; setTimeout(() => (this.busy = false), 50); done(at); };
      const clicked = (e: { lngLat: { lng: number; lat: number } }) => end([e.lngLat.lng, e.lngLat.lat]);
      this.map.on("click", clicked);
      this.leave = () => end(null);
    });
  }
  leave = (): void => undefined;

  get centre(): T.LonLat { const c = this.map.getCenter(); return [c.lng, c.lat]; }
  get zoom(): number { return Math.round(this.map.getZoom() * 100) / 100; }

  /** Two dates: the second lies over the first, cut at the slider, or comes and goes. */
  async compare(mode: "one" | "swipe" | "blink"): Promise<void> {
    clearInterval(this.blinking);
    this.mode = mode === this.mode ? "one" : mode;
    this.slider.hidden = this.edge.hidden = this.mode !== "swipe";
    this.topBox.hidden = this.mode === "one";
    this.topBox.style.visibility = "visible";
    if (this.mode === "one") { this.aligned = ""; this.topBox.style.clipPath = ""; this.store.tell("compare"); return; }
    await this.overlay();
    this.shown.top = "";
    this.picture(this.top!, this.store.beside, "top");
    await this.align();
    this.cut();
    if (this.mode === "blink" && !matchMedia("(prefers-reduced-motion: reduce)").matches) this.blinking = window.setInterval(() => this.wink(), 1000);
    this.store.tell("compare");
  }

  /** One change of the blink; by hand where motion is not wanted. */
  wink(): void { this.topBox.style.visibility = this.topBox.style.visibility === "hidden" ? "visible" : "hidden"; }

  private overlay(): Promise<void> {
    if (this.top) { this.top.resize(); this.follow(); return Promise.resolve(); }
    const box = h("div", { class: "map" });
    this.topBox.append(box);
    this.top = new GlMap({ container: box, style: style(this.dark()), interactive: false, attributionControl: false, fadeDuration: 0,
      center: this.map.getCenter(), zoom: this.map.getZoom(), renderWorldCopies: false });
    return new Promise((done) => this.top!.on("load", () => done()));
  }

  /** Both dates on one ground: the second is moved by the shift that the pixels show, where they show one. */
  private async align(): Promise<void> {
    this.shift = [0, 0];
    this.aligned = "laid by georeference alone";
    const { scene, beside } = this.store;
    this.follow();
    if (!scene?.box || !beside?.box) return;
    try {
      const found = await api.shift(scene.key, beside.key, this.centre);
      if (found.east_m !== null && found.north_m !== null) {
        const lat = this.centre[1], deg = 1 / 111_195;
        this.shift = [(found.east_m * deg) / Math.cos((lat * Math.PI) / 180), found.north_m * deg];
        this.aligned = `aligned by ${Math.hypot(found.east_m, found.north_m).toFixed(1)} m`;
      }
    } catch { /* the pixels tell no shift, or could not be asked */ }
    this.follow();
  }

  private follow(): void {
    if (!this.top || this.mode === "one") return;
    const c = this.map.getCenter();
    this.top.jumpTo({ center: [c.lng + this.shift[0], c.lat + this.shift[1]], zoom: this.map.getZoom(), bearing: this.map.getBearing() });
  }

  private cut(): void {
    this.topBox.style.clipPath = this.mode === "swipe" ? `inset(0 0 0 ${this.slider.value}%)` : "";
    this.edge.style.left = `${this.slider.value}%`;
  }

  /** Outlines come and go: what lies under them must be seen too. */
  outlines(): void {
    const hide = this.map.getLayoutProperty("outlines", "visibility") !== "none";
    for (const id of ["halo", "outlines", "tracks", "coast", "dots", "drawn", "chosen", "chosen-far"]) this.map.setLayoutProperty(id, "visibility", hide ? "none" : "visible");
  }
}
