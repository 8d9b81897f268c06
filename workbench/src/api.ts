import type * as T from "./types";

/** Why the server did not do it, in its words. */
export class Refused extends Error {}

async function ask<V>(path: string, init?: RequestInit): Promise<V> {
  const answer = await fetch(`/api/${path}`, { credentials: "same-origin", ...init });
  if (!answer.ok) {
    const said = (await answer.json().catch(() => ({}))) as { detail?: unknown };
    throw new Refused(typeof said.detail === "string" ? said.detail : `the server answered ${answer.status}`);
  }
  return (await answer.json()) as V;
}

const post = <V>(path: string, body: unknown) =>
  ask<V>(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

export const state = () => ask<T.State>("state");
export const theCase = () => ask<T.Case>("case");
export const scenes = () => ask<T.Scene[]>("scenes");
export const looks = () => ask<T.Look[]>("looks");
export const timeline = () => ask<T.Row[]>("timeline");
export const calls = () => ask<T.Call[]>("calls");
export const detections = () => ask<T.Detection[]>("detections");
export const ground = () => ask<T.Ground>("ground");
export const decisions = () => ask<T.Decisions>("decisions");
export const claims = () => ask<T.Claims>("claims");
export const classes = () => ask<T.ShipClass[]>("classes");
export const verify = () => post<T.Job>("job", {});
export const measure = (scene: string, outline: T.LonLat[]) => post<T.Measured>("measure", { scene, outline });
export const place = (scene: T.Scene, points: T.Point[]) => post<T.Placed>(`scenes/${scene.key}/points`, points);
export const shift = (a: string, b: string, at: T.LonLat) =>
  ask<T.Shift>(`scenes/${a}/shift?second=${b}&lon=${at[0]}&lat=${at[1]}`);
export const upload = (path: string, file: Blob) => ask<unknown>(path, { method: "POST", body: file });

/** The same decision sent again, after a connection broke, is kept once: it carries its own id. */
export async function decide(made: Omit<T.Made, "id">): Promise<T.Decision> {
  const whole = { ...made, id: crypto.randomUUID() };
  for (let tries = 0; ; tries++) {
    try {
      return await post<T.Decision>("decisions", whole);
    } catch (error) {
      if (error instanceof Refused || tries >= 3) throw error;
      await new Promise((done) => setTimeout(done, 700));
    }
  }
}

export const tiles = (scene: T.Scene, bands: string) =>
  `${location.origin}/api/scenes/${scene.key}/tiles/{z}/{x}/{y}.png?bands=${encodeURIComponent(bands)}`;
export const picture = (scene: T.Scene, bands: string) =>
  `${location.origin}/api/scenes/${scene.key}/picture.png?bands=${encodeURIComponent(bands)}`;
export const beside = (scene: T.Scene, form: string, heading: number, at: T.LonLat) =>
  `/api/scenes/${scene.key}/beside.png?form=${encodeURIComponent(form)}&heading=${heading.toFixed(1)}` +
  `&lon=${at[0].toFixed(5)}&lat=${at[1].toFixed(5)}`;
