"use strict";
// Comments on passages of this page. They are text, kept in this browser, saved to and loaded from a file.
(() => {
  const bar = document.getElementById("comments");
  const editing = document.getElementById("comment-editing");
  const listing = document.getElementById("comment-listing");
  const find = (name) => document.getElementById(`comment-${name}`);
  const words = bar.dataset;
  const KIND = "roadstead-comments", VERSION = 1;
  const PLACE = `${KIND}/${words.case}`;
  const MOST = 5000, LONGEST = 10000, LARGEST = 5e6, LATEST = Date.parse("9000-01-01T00:00:00Z");
  const PASSAGES = [
    "header h1", "header > p", ".corrections li", "main article.claim > h3", "main p", "main li", "main figure",
    "main blockquote", "main pre", "main tbody tr", "main .facts > div",
  ].join(",");
  const passages = new Map();
  let comments = [];
  const removals = new Map(); // by id: when a comment was removed, or brought back by a file
  let open = null;
  let opener = null;

  const make = (tag, name, text) => {
    const made = document.createElement(tag);
    if (name) made.className = name;
    if (text) made.textContent = text;
    return made;
  };
  const button = (text, act) => {
    const made = make("button", "", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const tell = (text) => { find("told").textContent = text; };

  // A passage is known by its kind and its words: what is changed later is another passage.
  const plain = (text) => text.replace(/\s+/g, " ").trim();
  const said = (passage) => {
    const inner = { TR: ":scope > th, :scope > td:not(.nil)", FIGURE: "svg.drawing > title, figcaption" }[passage.tagName];
    const parts = [...passage.querySelectorAll(inner || ":scope > p, :scope > dt, :scope > dd")];
    const texts = parts.length ? parts.map((part) => part.textContent) : [passage.textContent];
    return [...new Set(texts.map(plain))].filter(Boolean).join(" · ");
  };
  const digest = (text) => {
    let a = 0x811c9dc5;
    for (const c of text) a = Math.imul(a ^ c.codePointAt(0), 0x01000193) >>> 0;
    return a.toString(16).padStart(8, "0");
  };
  const quoted = (text) => (text.length > 240 ? `${text.slice(0, 240)}…` : text);

  const place = (passage) => {
    if (passage.matches("tr")) return [...passage.querySelectorAll("td:not(.nil) > div, th")].pop();
    if (passage.matches("figure")) return passage.querySelector("figcaption") || passage;
    return passage.querySelector(":scope > dd") || passage;
  };

  const collect = () => {
    const seen = new Map();
    for (const passage of document.querySelectorAll(PASSAGES)) {
      const outer = passage.parentElement.closest(PASSAGES);
      const text = said(passage);
      if (outer || !text) continue;
      const kind = passage.tagName.toLowerCase();
      const near = passage.closest("article[id], section[id]");
      const base = `${kind}/${near ? near.id : ""}/${digest(plain(passage.textContent))}`;
      const number = (seen.get(base) || 0) + 1;
      seen.set(base, number);
      const key = number > 1 ? `${base}/${number}` : base;
      passages.set(key, { key, passage, text, button: null, notes: null });
    }
    for (const entry of passages.values()) {
      entry.button = button("", () => edit(entry.key, entry.button));
      entry.button.className = "comment-open";
      entry.button.tabIndex = -1;
      entry.notes = make("div", "comment-notes");
      if (entry.passage.matches("h3")) entry.passage.after(entry.button, entry.notes);
      else place(entry.passage).append(entry.button, entry.notes);
    }
  };

  // One stop of the Tab key for all of them; arrows go from passage to passage.
  const buttons = () => [...document.querySelectorAll(".comment-open")];
  const stop = (wanted) => {
    for (const each of buttons()) each.tabIndex = each === wanted ? 0 : -1;
  };
  const walk = (event) => {
    if (!event.target.matches(".comment-open")) return;
    const all = buttons().filter((b) => b.offsetParent);
    const at = all.indexOf(event.target);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || !all[next]) return;
    event.preventDefault();
    stop(all[next]);
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  };

  // Another page of the case, in another tab or of an earlier report, keeps its comments in the same place. So what is
  // there is read before anything is written, and removals are remembered: else another page would bring them back.
  const keep = () => {
    try {
      const there = stored();
      if (there) merge(there);
      localStorage.setItem(PLACE, JSON.stringify(state()));
      return true;
    } catch {
      return false;
    }
  };
  const stored = () => {
    const text = localStorage.getItem(PLACE);
    if (!text) return null;
    try {
      return read(text);
    } catch {
      localStorage.setItem(`${KIND}-aside/${words.case}/${digest(text)}`, text);
      tell(words.aside);
      return null;
    }
  };
  const heard = (event) => {
    if (event.key !== PLACE || !event.newValue) return;
    try {
      const there = stored();
      if (!there) return;
      merge(there);
      // Only where the other page lacks something: two pages that hold the same must not answer each other for ever.
      if (JSON.stringify(read(JSON.stringify(state()))) !== JSON.stringify(there)) keep();
    } catch {
      tell(words.notKept);
    }
    draw();
    if (editing.open) owned();
    if (listing.open) list();
  };
  const document_of = (held) => ({
    schema_version: VERSION, kind: KIND, case: words.case, page: words.page, comments: held,
  });
  const state = () => ({
    ...document_of(comments), removed: [...removals.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
  });
  const text_of = (value, most) => (typeof value === "string" ? value.slice(0, most) : "");
  const stamp = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const time_of = (value) => {
    const ms = Date.parse(text_of(value, 30));
    return ms >= 0 && ms < LATEST ? stamp(ms) : "";
  };
  // Now, or a second after what it replaces where a clock went ahead.
  const later = (than) => {
    const now = stamp(Date.now());
    return now > than ? now : stamp(Date.parse(than) + 1000);
  };
  // Whatever a file says, a comment is a few short texts.
  const read = (text) => {
    const found = JSON.parse(text);
    if (!found || found.kind !== KIND || found.schema_version !== VERSION || !Array.isArray(found.comments)) {
      throw new TypeError("kind");
    }
    if (found.case !== words.case) throw new RangeError(text_of(found.case, 80));
    return {
      comments: found.comments.slice(0, MOST).map((c) => ({
        id: text_of(c.id, 60), key: text_of(c.key, 200), quote: text_of(c.quote, 300), text: text_of(c.text, LONGEST),
        by: text_of(c.by, 80), at: time_of(c.at),
      })).filter((c) => c.id && c.key && c.text),
      removed: (Array.isArray(found.removed) ? found.removed : []).slice(0, MOST).map((r) => ({
        id: text_of(r.id, 60), at: time_of(r.at), gone: r.gone === true,
      })).filter((r) => r.id && r.at),
    };
  };
  // The later state of a comment holds, its removal too; of two of one second, the same one on every page.
  const after = (a, b) => (a.at === b.at ? JSON.stringify(a) > JSON.stringify(b) : a.at > b.at);
  const gone = (c) => {
    const last = removals.get(c.id);
    return Boolean(last && last.gone && last.at >= c.at);
  };
  const merge = (more) => {
    for (const r of more.removed || []) {
      const own = removals.get(r.id);
      if (!own || after(r, own)) removals.set(r.id, r);
    }
    const all = new Map(comments.map((c) => [c.id, c]));
    let taken = 0;
    for (const c of more.comments || []) {
      const own = all.get(c.id);
      if (own && !after(c, own)) continue;
      all.set(c.id, c);
      taken += 1;
    }
    const left = [...all.values()].filter((c) => !gone(c));
    comments = left.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id < b.id ? -1 : 1));
    return taken;
  };
  const settle = (id, than, isGone) => {
    const last = removals.get(id);
    merge({ removed: [{ id, at: later(last && last.at > than ? last.at : than), gone: isGone }] });
  };

  const shown = (comment) => {
    const made = make("div", "comment");
    made.append(make("p", "comment-text", comment.text), make("p", "comment-by", [comment.by, comment.at].filter(Boolean).join(", ")));
    return made;
  };
  const draw = () => {
    const on = new Map();
    for (const c of comments) on.set(c.key, [...(on.get(c.key) || []), c]);
    for (const entry of passages.values()) {
      const own = on.get(entry.key) || [];
      entry.notes.replaceChildren(...own.map(shown));
      entry.button.textContent = own.length ? String(own.length) : "+";
      entry.button.classList.toggle("has", own.length > 0);
      const label = fill(own.length ? words.labelMore : words.label, { n: own.length, quote: entry.text.slice(0, 80) });
      entry.button.setAttribute("aria-label", label);
    }
    find("count").textContent = fill(words.count, { n: comments.length });
  };
  const changed = (told) => {
    const kept = keep();
    draw();
    tell(kept ? told : words.notKept);
  };

  const edit = (key, from) => {
    const entry = passages.get(key);
    opener = from;
    stop(entry.button);
    open = { key, id: "" };
    find("quote").textContent = quoted(entry.text);
    find("text").value = "";
    owned();
    if (!editing.open) editing.showModal();
    find("text").focus();
  };
  const owned = () => {
    const own = comments.filter((c) => c.key === open.key);
    find("own").replaceChildren(...own.map((c) => {
      const made = shown(c);
      const change = button(words.change, () => {
        open.id = c.id;
        find("text").value = c.text;
        find("text").focus();
      });
      const remove = button(words.remove, () => {
        settle(c.id, c.at, true);
        open.id = open.id === c.id ? "" : open.id;
        changed(words.removed);
        owned();
        find("text").focus();
      });
      made.append(change, remove);
      return made;
    }));
  };
  const put = () => {
    const text = find("text").value.trim().slice(0, LONGEST);
    if (!text) return;
    const own = comments.find((c) => c.id === open.id);
    const id = own ? own.id : [...crypto.getRandomValues(new Uint8Array(8))].map((b) => b.toString(16).padStart(2, "0")).join("");
    const made = {
      id, key: open.key, quote: quoted(passages.get(open.key).text), text,
      by: find("by").value.trim().slice(0, 80), at: later(own ? own.at : ""),
    };
    merge({ comments: [made] });
    changed(words.kept);
    editing.close();
  };

  const list = () => {
    const order = new Map([...passages.keys()].map((key, i) => [key, i]));
    const at = (c) => (order.has(c.key) ? order.get(c.key) : Infinity);
    const rows = [...comments].sort((a, b) => (at(a) === at(b) ? 0 : at(a) < at(b) ? -1 : 1));
    find("all").replaceChildren(...rows.map((c) => {
      const row = make("li");
      const entry = passages.get(c.key);
      if (entry) {
        row.append(button(c.quote, () => {
          listing.close();
          stop(entry.button);
          entry.passage.scrollIntoView({ block: "center" });
          entry.button.focus();
        }));
      } else {
        row.append(make("p", "comment-lost", fill(words.lost, { quote: c.quote })));
        row.append(button(words.remove, () => {
          settle(c.id, c.at, true);
          changed(words.removed);
          list();
        }));
      }
      row.append(shown(c));
      return row;
    }));
    find("none").hidden = rows.length > 0;
    if (!listing.open) listing.showModal();
  };

  const save = () => {
    const data = new Blob([JSON.stringify(document_of(comments), null, 1) + "\n"], { type: "application/json" });
    const link = make("a");
    link.href = URL.createObjectURL(data);
    link.download = `comments-${words.case.replace(/[^\w.-]/g, "_").slice(0, 60)}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    tell(fill(words.saved, { n: comments.length, file: link.download }));
  };
  const load = async (file) => {
    if (!file) return;
    try {
      if (file.size > LARGEST) throw new TypeError("size");
      const more = read(await file.text()).comments;
      for (const c of more) if (gone(c)) settle(c.id, c.at, false);
      const taken = merge({ comments: more });
      changed(fill(words.loaded, { n: taken, file: file.name }));
    } catch (error) {
      tell(error instanceof RangeError ? fill(words.otherCase, { file: file.name, case: error.message }) : fill(words.noComments, { file: file.name }));
    }
    find("file").value = "";
  };

  collect();
  try {
    merge(stored() || {});
  } catch {
    tell(words.notKept);
  }
  draw();
  const first = buttons()[0];
  if (first) first.tabIndex = 0;
  document.addEventListener("keydown", walk);
  window.addEventListener("storage", heard);
  find("form").addEventListener("submit", (event) => { event.preventDefault(); put(); });
  find("text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); put(); }
  });
  find("cancel").addEventListener("click", () => editing.close());
  editing.addEventListener("close", () => { if (opener) opener.focus(); });
  find("list").addEventListener("click", list);
  find("done").addEventListener("click", () => listing.close());
  find("save").addEventListener("click", save);
  find("load").addEventListener("click", () => find("file").click());
  find("file").addEventListener("change", (event) => load(event.target.files[0]));
  bar.hidden = false;
})();
