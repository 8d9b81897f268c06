import { TerraDraw, TerraDrawAngledRectangleMode, TerraDrawLineStringMode, TerraDrawRenderMode } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import type { MapView } from "./map";
import type * as T from "./types";

const M_PER_DEG = 111_195;

/** Drawing with the mouse: a hull as three clicks (bow, stern, side), a measure as two. */
export class Tools {
  private draw: TerraDraw | null = null;
  active: "" | "hull" | "line" = "";

  constructor(private view: MapView, private drawn: (what: "hull" | "line", corners: T.LonLat[]) => void, private changed: () => void) {}

  private get ready(): TerraDraw {
    if (!this.draw) {
      const styles = { fillColor: "#59c8ff", fillOpacity: 0.1, outlineColor: "#59c8ff", outlineWidth: 2 } as const;
      this.draw = new TerraDraw({
        adapter: new TerraDrawMapLibreGLAdapter({ map: this.view.map, coordinatePrecision: 9 }),
        modes: [new TerraDrawRenderMode({ modeName: "rest", styles: {} }), new TerraDrawAngledRectangleMode({ styles }),
          new TerraDrawLineStringMode({ styles: { lineStringColor: "#59c8ff", lineStringWidth: 2 } })],
      });
      this.draw.start();
      this.draw.setMode("rest");
      this.draw.on("finish", (id) => this.take(String(id)));
      this.draw.on("change", (ids) => this.secondClick(ids));
    }
    return this.draw;
  }

  start(what: "hull" | "line"): void {
    this.stop();
    this.active = what;
    this.view.busy = true;
    this.ready.setMode(what === "hull" ? "angled-rectangle" : "linestring");
    this.changed();
  }

  stop(): void {
    if (this.draw) { this.draw.setMode("rest"); this.draw.clear(); }
    this.active = "";
    setTimeout(() => (this.view.busy = false), 50);
    this.changed();
  }

  private corners(id: string | number): T.LonLat[] {
    const shape = this.draw?.getSnapshot().find((f) => String(f.id) === String(id))?.geometry;
    if (shape?.type === "Polygon") return shape.coordinates[0]!.slice(0, -1) as T.LonLat[];
    return shape?.type === "LineString" ? (shape.coordinates as T.LonLat[]) : [];
  }

  /** A measure ends with its second click: a third corner, which follows the mouse, is not waited for. */
  private secondClick(ids: (string | number)[]): void {
    if (this.active !== "line") return;
    for (const id of ids) {
      const c = this.corners(id);
      if (c.length > 2) { this.done("line", c.slice(0, 2)); return; }
    }
  }

  private take(id: string): void {
    const c = this.corners(id);
    if (this.active === "hull" && c.length >= 4) this.done("hull", c);
    else if (this.active === "line" && c.length >= 2) this.done("line", c.slice(0, 2));
  }

  private done(what: "hull" | "line", corners: T.LonLat[]): void {
    setTimeout(() => { this.stop(); this.drawn(what, corners); }, 0);
  }
}

/** The corners of a hull of that size around a place: drawing without a mouse. */
export function hullAt(at: T.LonLat, length_m: number, beam_m: number, heading_deg: number): T.LonLat[] {
  const a = (heading_deg * Math.PI) / 180, cos = Math.cos((at[1] * Math.PI) / 180);
  return [[1, -1], [1, 1], [-1, 1], [-1, -1]].map(([f, r]) => {
    const ahead = (f! * length_m) / 2, right = (r! * beam_m) / 2;
    const east = ahead * Math.sin(a) + right * Math.cos(a), north = ahead * Math.cos(a) - right * Math.sin(a);
    return [at[0] + east / (M_PER_DEG * cos), at[1] + north / M_PER_DEG];
  });
}
