import * as api from "./api";
import { dialog, h, toast } from "./dom";
import { pixelAt, type MapView } from "./map";
import type { Store } from "./store";
import type * as T from "./types";

const LEAST = 4;

/** Control points of pictures without georeference: a place in the picture, then the same one in an image that has one. */
export class Placing {
  private points = new Map<string, T.Point[]>();

  constructor(private store: Store, private view: MapView, private changed: () => void) {}

  of(scene: T.Scene): T.Point[] { return this.points.get(scene.key) ?? []; }

  private keep(scene: T.Scene, points: T.Point[]): void { this.points.set(scene.key, points); this.changed(); }

  async click(against: T.Scene): Promise<void> {
    const scene = this.store.scene;
    if (!scene || scene.box) return;
    toast("Click a place in the picture that you can find again; Esc leaves.");
    const there = await this.view.pick();
    if (!there) return;
    const [col, row] = pixelAt(there);
    if (col < 0 || row < 0 || col > scene.width_px || row > scene.height_px) { toast("That lies beside the picture.", true); return; }
    this.store.choose(against.id);
    toast("Now click the same place here; move and zoom as you like. Esc leaves.");
    const here = await this.view.pick();
    this.store.choose(scene.id);
    if (here) this.keep(scene, [...this.of(scene), { col, row, lon: here[0], lat: here[1] }]);
  }

  async type(): Promise<void> {
    const scene = this.store.scene;
    if (!scene || scene.box) return;
    const field = (name: string, words: string, min: number, max: number) =>
      h("label", {}, words, h("input", { name, type: "number", step: "any", min: String(min), max: String(max), required: true }));
    const said = await dialog("Control point", [field("col", "Column in the picture, from its left edge", 0, scene.width_px), field("row", "Row, from its upper edge", 0, scene.height_px),
      field("lon", "Longitude, degrees east", -180, 180), field("lat", "Latitude, degrees north", -85, 85)], "Add");
    if (!said) return;
    const [col, row, lon, lat] = ["col", "row", "lon", "lat"].map((n) => Number(said.get(n))) as [number, number, number, number];
    this.keep(scene, [...this.of(scene), { col, row, lon, lat }]);
  }

  removeLast(): void { const scene = this.store.scene; if (scene) this.keep(scene, this.of(scene).slice(0, -1)); }

  async place(): Promise<void> {
    const scene = this.store.scene;
    if (!scene) return;
    const found = await api.place(scene, this.of(scene));
    if (found.added.length) { this.keep(scene, []); toast(`Placed as ${found.added.join(", ")}; the points lie ${found.off_m.toFixed(1)} m off one straight map. It comes when the case is verified.`); }
    else toast(found.refused.join(" \u00b7 ") || "nothing was placed", true);
  }

  /** What is shown in the panel of a picture without a place. */
  show(scene: T.Scene): HTMLElement {
    const points = this.of(scene), grounds = this.store.scenes.filter((s) => s.box);
    const act = (run: () => Promise<void>) => () => void run().catch((e: Error) => toast(e.message, true));
    const against = h("select", { id: "against" }, ...grounds.map((g) => h("option", { value: g.id }, g.id)));
    return h("section", { id: "placing" }, h("h2", {}, "Place it on the map"),
      h("p", {}, "This picture has no georeference. Set at least four control points, spread over it and not in one line; more than four show mistakes."),
      grounds.length ? h("p", {}, h("label", { for: "against" }, "Same places found in "), against) : null,
      h("div", { class: "row" },
        grounds.length ? h("button", { type: "button", id: "point-click", onclick: act(() => this.click(this.store.sceneById.get(against.value)!)) }, "Point by two clicks") : null,
        h("button", { type: "button", id: "point-type", onclick: act(() => this.type()) }, "Point by numbers"),
        points.length ? h("button", { type: "button", id: "point-last", onclick: () => this.removeLast() }, "Remove the last") : null,
        h("button", { type: "button", id: "point-place", class: "main", disabled: points.length < LEAST, onclick: act(() => this.place()) }, "Place")),
      points.length ? h("ol", { class: "points" }, ...points.map((p) => h("li", {}, `column ${p.col.toFixed(1)}, row ${p.row.toFixed(1)}: ${p.lat.toFixed(5)}\u00b0 N, ${p.lon.toFixed(5)}\u00b0 E`))) : h("p", {}, "No point yet."));
  }
}
