import * as api from "./api";
import type * as T from "./types";

export type Status = "open" | "accept" | "reject" | "disputed";

/** What the page knows; views are told after each change. */
export class Store {
  theCase!: T.Case;
  state: T.State = { snapshot: "", decisions: 0, stale: false, job: { state: "idle", step: "", done: 0, total: 0, since: null, error: "" }, preparing: [] };
  scenes: T.Scene[] = [];
  sceneById = new Map<string, T.Scene>();
  looks: T.Look[] = [];
  rows: T.Row[] = [];
  calls: T.Call[] = [];
  ground: T.Ground = { coast: [], tracks: [] };
  detections: T.Detection[] = [];
  byScene = new Map<string, T.Detection[]>();
  decided: T.Decision[] = [];
  hidden = 0;
  claims: T.Claims = { verdicts: [], decisions_through: 0, why_not: "" };
  before = new Map<string, T.Verdict>();
  classes: T.ShipClass[] = [];
  scene: T.Scene | null = null;
  beside: T.Scene | null = null;
  selected: string | null = null;
  bands = "";
  brightness = 0;
  contrast = 0;
  private byId = new Map<string, T.Detection>();
  private order: T.Detection[] = []; // over all scenes, in order of time
  private place = new Map<string, number>(); // in that order
  private status = new Map<string, Status>();
  private mine = new Set<string>();
  private views: ((what: Set<string>) => void)[] = [];

  watch(view: (what: Set<string>) => void): void { this.views.push(view); }
  tell(...what: string[]): void { const all = new Set(what); for (const view of this.views) view(all); }

  async open(): Promise<void> {
    const early = this.ask(); // asked for before it is known that there is anything: nothing waits for anything
    early.catch(() => undefined);
    [this.theCase, this.state] = await Promise.all([api.theCase(), api.state()]);
    if (this.state.snapshot) await this.load(early);
    else this.tell("case", "state");
  }

  private ask() {
    return Promise.all([api.theCase(), api.scenes(), api.looks(), api.timeline(), api.calls(), api.detections(), api.claims(), api.decisions(), api.ground()]);
  }

  async load(asked = this.ask()): Promise<void> {
    const [theCase, scenes, looks, rows, calls, detections, claims, decided, ground] = await asked;
    for (const v of this.claims.verdicts) this.before.set(v.claim, v);
    Object.assign(this, { theCase, looks, rows, calls, detections, claims, ground });
    this.scenes = scenes.sort((a, b) => (a.time?.start ?? "").localeCompare(b.time?.start ?? "") || a.id.localeCompare(b.id));
    this.sceneById = new Map(scenes.map((s) => [s.id, s]));
    this.byScene = new Map();
    for (const d of detections) {
      const held = this.byScene.get(d.scene_id);
      if (held) held.push(d); else this.byScene.set(d.scene_id, [d]);
    }
    this.byId = new Map(detections.map((d) => [d.id, d]));
    this.order = this.scenes.flatMap((s) => this.byScene.get(s.id) ?? []);
    this.place = new Map(this.order.map((d, i) => [d.id, i]));
    this.take(decided);
    const kept = this.scene && this.sceneById.get(this.scene.id);
    if (kept) this.scene = kept;
    else this.choose(this.firstOpen()?.scene_id ?? this.scenes[0]?.id ?? null, false);
    this.tell("case", "state", "scenes", "scene", "detections", "decisions", "claims", "selected");
  }

  private firstOpen(): T.Detection | undefined {
    return this.order.find((d) => !this.mine.has(d.id));
  }

  /** One poll: only what changed is fetched. */
  async poll(): Promise<void> {
    const was = this.state;
    this.state = await api.state();
    if (this.state.snapshot && this.state.snapshot !== was.snapshot) await this.load();
    else if (this.state.decisions !== was.decisions) await this.reread();
    else if (JSON.stringify(was) !== JSON.stringify(this.state)) this.tell("state");
    if (was.preparing.some((id) => !this.state.preparing.includes(id))) this.tell("prepared");
  }

  async reread(): Promise<void> {
    this.take(await api.decisions());
    this.tell("decisions", "state");
  }

  private take(found: T.Decisions): void {
    this.decided = found.decisions;
    this.hidden = found.hidden;
    const judged = new Map<string, Set<Status>>();
    this.mine = new Set();
    for (const d of this.decided) {
      if (d.withdrawn || !d.about || (d.line.kind !== "accept" && d.line.kind !== "reject")) continue;
      judged.set(d.about, (judged.get(d.about) ?? new Set()).add(d.line.kind));
      if (d.line.analyst === this.theCase.analyst) this.mine.add(d.about);
    }
    this.status = new Map([...judged].map(([id, kinds]) => [id, kinds.size > 1 ? "disputed" : [...kinds][0]!]));
  }

  statusOf(id: string): Status { return this.status.get(id) ?? "open"; }
  judgedByMe(id: string): boolean { return this.mine.has(id); }
  get progress(): [number, number] { return [[...this.mine].filter((id) => this.byId.has(id)).length, this.detections.length]; }
  get detection(): T.Detection | null { return this.byId.get(this.selected ?? "") ?? null; }
  drawn(sceneId: string): T.Decision[] {
    return this.decided.filter((d) => !d.withdrawn && d.line.kind === "draw" && d.line.scene_id === sceneId);
  }

  choose(sceneId: string | null, tell = true): void {
    const found = (sceneId && this.sceneById.get(sceneId)) || null;
    const same = this.scene?.choices.find((c) => c.bands === this.bands);
    this.scene = found;
    this.bands = (found?.choices.find((c) => c.label === same?.label) ?? found?.choices[0])?.bands ?? "";
    if (this.detection?.scene_id !== found?.id) this.selected = found ? (this.byScene.get(found.id)?.[0]?.id ?? null) : null;
    if (tell) this.tell("scene", "selected");
  }

  select(id: string | null): void {
    this.selected = id;
    const d = this.detection;
    if (d && d.scene_id !== this.scene?.id) { this.choose(d.scene_id, false); this.selected = id; this.tell("scene", "selected"); }
    else this.tell("selected");
  }

  /** The next detection, over all scenes in order of time. */
  step(by: 1 | -1, open = false): void {
    const all = this.order;
    if (!all.length) return;
    const at = this.place.get(this.selected ?? "") ?? -1;
    for (let n = 1; n <= all.length; n++) {
      const d = all[(at + by * n + all.length * 2) % all.length]!;
      if (!open || !this.mine.has(d.id)) { this.select(d.id); return; }
    }
  }

  stepScene(by: 1 | -1): void {
    const at = this.scenes.findIndex((s) => s.id === this.scene?.id);
    const next = this.scenes[(at + by + this.scenes.length) % this.scenes.length];
    if (next) this.choose(next.id);
  }

  async decide(made: Omit<T.Made, "id">): Promise<T.Decision> {
    const kept = await api.decide(made);
    await this.reread();
    return kept;
  }
}
