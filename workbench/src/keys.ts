import { dialog, h } from "./dom";

export interface Key { keys: string[]; words: string; act: () => void }

/** One key, one act; nothing while somebody types, and nothing with Ctrl, Alt or the system's key. */
export function listen(all: Key[]): void {
  const by = new Map(all.flatMap((k) => k.keys.map((key) => [key, k] as const)));
  document.addEventListener("keydown", (e) => {
    const target = e.target as HTMLElement;
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector("dialog[open]")) return;
    if (target.matches("input:not([type=range]):not([type=file]), textarea, select")) return;
    if (e.key === "Enter" && target.matches("button, a, summary")) return;
    const found = by.get(e.key.length === 1 ? e.key.toLowerCase() : e.key);
    if (!found) return;
    e.preventDefault();
    found.act();
  });
}

export function help(all: Key[]): void {
  const rows = all.map((k) => h("tr", {}, h("th", { scope: "row" }, ...k.keys.map((key) => h("kbd", {}, key))), h("td", {}, k.words)));
  void dialog("Keys", [h("table", { class: "keys" }, ...rows)], "Close");
}
