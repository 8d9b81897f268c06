// The values of the API; the server's /openapi.json is the reference.
export type LonLat = [number, number];
export interface Span { start: string; end: string }
export interface Estimate { value: number; sigma: number }
export interface Job { state: "idle" | "running" | "failed"; step: string; done: number; total: number; since: string | null; error: string }
export interface State { snapshot: string; decisions: number; stale: boolean; job: Job; preparing: string[] }
export interface Site { id: string; name: string; aoi: GeoJSON.Geometry; berths: LonLat[][]; middle: LonLat }
export interface Case {
  id: string; title: string; summary: string; simulated: boolean; notes: string[]; analyst: string; blind: boolean;
  made_at: string | null; sites: Site[];
}
export interface Choice { label: string; bands: string }
export interface Scene {
  key: string; id: string; time: Span | null; modality: "sar" | "optical"; platform: string; choices: Choice[];
  stretch: string; gsd_m: number | null; box: [number, number, number, number] | null; maxzoom: number; width_px: number;
  height_px: number; simulated: boolean; credit: string; licence: string;
}
export interface Look {
  scene_id: string; site_id: string; time: Span | null; usable_fraction: number; cloud_fraction: number | null;
  resolved_m: number; sun_elevation_deg: number | null; searched: boolean; ships: number;
}
export interface Detection {
  id: string; scene_id: string; site_id: string; score: number; row_px: number; col_px: number; outline: LonLat[];
  outline_px: LonLat[]; length_m: Estimate | null; beam_m: Estimate | null; heading_deg: Estimate | null;
  heading_ambiguous: boolean; method: string; notes: string[]; pixels_say: string; fits: string[];
}
export interface Moment {
  time: Span; platform: string; state: string; scene_id: string; cloud_fraction: number | null; ships: number | null;
  p_detect: [number, number] | null;
}
export interface Row { site_id: string; span: Span; nights: Span[]; windows: Span[]; moments: Moment[] }
export interface Call {
  site_id: string; earliest: string | null; first_with: Span; last_with: Span; latest: string | null;
  at_least: number; ours: boolean;
}
export type Kind = "accept" | "reject" | "draw" | "crane" | "vehicles" | "smoke" | "class" | "note" | "undo";
export interface Seen { bands: string; stretch: string; zoom: number | null; beside: string }
export interface Made {
  id: string; kind: Kind; scene_id?: string; detection_id?: string; outline?: LonLat[]; outline_px?: LonLat[];
  text?: string; seen?: Seen; withdraws?: string;
}
export interface Line extends Required<Made> { number: number; at: string; analyst: string }
export interface Measured {
  length_m: Estimate | null; beam_m: Estimate | null; heading_deg: Estimate | null; outline: LonLat[];
  outline_px: LonLat[]; resolved_m: number | null; pixels_say: string;
}
export interface Decision { line: Line; about: string; measured: Measured | null; withdrawn: boolean }
export interface Decisions { decisions: Decision[]; hidden: number }
export interface Track { mmsi: string; name: string; start: string; end: string; lines: LonLat[][] }
export interface Ground { coast: LonLat[][]; tracks: Track[] }
export interface Db { low: number; high: number }
export interface Group { id: string; kind: string; text: string; evidence: string[]; alone_db: Db | null; adds_db: Db | null; why: string }
export interface Ledger { own_db: Db | null; all_db: Db | null; groups: Group[]; conflicts: string[] }
export interface Missing { site_id: string; time: Span; modality: string; platform: string; availability: string; p_detect: number; chance: number; bits: number; p_called: number }
export interface Verdict {
  claim: string; text: string; source: string; verdict: string; probability: [number, number]; words: string;
  with_reports: { verdict: string; probability: [number, number]; words: string };
  elements: { name: string; statement: string; status: string; why: string }[];
  ledger: Ledger | null; missing: Missing[]; coverage: { statement: string };
}
export interface Claims { verdicts: Verdict[]; decisions_through: number; why_not: string }
export interface ShipClass { id: string; name: string; length_m: number; beam_m: number }
export interface Shift { east_m: number | null; north_m: number | null; sigma_m: number | null; why_not: string }
export interface TakenIn { added: string[]; already: string[]; refused: string[]; notices: string[] }
export interface Point { col: number; row: number; lon: number; lat: number }
export interface Placed { added: string[]; refused: string[]; off_m: number }
