type Child = Node | string | null | undefined | false;
type Props = Record<string, unknown>;

/** An element; text is always text, never markup, whatever a name of the case holds. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, props);
  element.append(...(children.filter((c) => c !== null && c !== undefined && c !== false) as (Node | string)[]));
  return element;
}

export function s(tag: string, props: Props = {}, ...children: Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, props);
  element.append(...(children.filter(Boolean) as (Node | string)[]));
  return element;
}

function set(element: Element, props: Props): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (name === "value" && element instanceof HTMLInputElement) element.value = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

export const byId = (id: string): HTMLElement => document.getElementById(id)!;

let leaving = 0;
export function toast(text: string, bad = false): void {
  const place = byId("toast");
  place.textContent = text;
  place.className = bad ? "bad shown" : "shown";
  clearTimeout(leaving);
  leaving = window.setTimeout(() => (place.className = ""), bad ? 9000 : 4000);
}

export const time = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** A moment, or a span of which the hour within is unknown: never an hour that nobody stated. */
export function when(span: { start: string; end: string }): string {
  const from = Date.parse(span.start), to = Date.parse(span.end);
  if (to - from <= 3_600_000) return time(span.start);
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  if (from % 86_400_000 || to % 86_400_000) return `${time(span.start)} to ${time(span.end)}, hour unknown`;
  const first = day(from), last = day(to - 1);
  return `${first === last ? first : `${first} to ${last}`}, hour unknown`;
}

export const size = (e: { value: number; sigma: number } | null, unit: string) =>
  e ? `${e.value.toFixed(0)} \u00b1 ${e.sigma.toFixed(0)} ${unit}` : "not measured";
export const percent = (p: [number, number]) => {
  const [a, b] = p.map((x) => Math.round(100 * x)) as [number, number];
  return a === b ? `${a} %` : `${a}\u2013${b} %`;
};

/** Ask in a dialog; null when it was left. The first field has the focus, Enter agrees, Escape leaves. */
export function dialog(title: string, body: HTMLElement[], yes: string): Promise<FormData | null> {
  return new Promise((done) => {
    const form = h("form", { method: "dialog" }, h("h2", { id: "ask" }, title), ...body,
      h("div", { class: "row end" }, h("button", { type: "button", class: "quiet", onclick: () => box.close() }, "Cancel"),
        h("button", { type: "submit", class: "main" }, yes)));
    const box = h("dialog", { "aria-labelledby": "ask" }, form);
    // gone in the same moment: a key struck right after Enter must not fall into a field that is on its way out
    const leave = (answer: FormData | null) => { box.remove(); done(answer); };
    form.addEventListener("submit", (e) => { e.preventDefault(); const answer = new FormData(form); box.close(); leave(answer); });
    box.addEventListener("close", () => leave(null));
    document.body.append(box);
    box.showModal();
  });
}
