/* A long form is kept on the server while it is typed, and on this device while the connection is down; one marked data-local
   only on this device, until its button is pressed with the connection there. Without script, what counts is the button. */
"use strict";
(() => {
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  const { draft, saving, offline, refused, restored, kept: keptHere } = form.dataset;
  const local = "local" in form.dataset;
  const key = `yumiao-draft:${draft}`;
  const was = form.elements.namedItem("was");
  const status = document.getElementById("draft-status");
  const trouble = document.getElementById("draft-trouble");
  const PAUSE = 900;
  const FIRST_WAIT = 2000;
  const LONGEST_WAIT = 30000;
  let timer = 0;
  let wait = FIRST_WAIT;
  let sending = null;
  let dirty = false;

  const fields = () => [...form.elements].filter((field) => /^(q_|v_|note$)/.test(field.name));
  const values = () => Object.fromEntries(fields().map((field) => [field.name, field.value]));
  const say = (text, wrong = "") => {
    status.textContent = text;
    if (trouble.textContent !== wrong) trouble.textContent = wrong;
  };

  // -- this device -------------------------------------------------------------------------------------------------------
  const keep = () => {
    try { localStorage.setItem(key, JSON.stringify({ values: values(), was: was.value })); } catch { /* full or forbidden */ }
  };
  const forget = () => { try { localStorage.removeItem(key); } catch { /* forbidden */ } };
  const restore = () => {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(key)); } catch { /* nothing that can be read */ }
    const changed = fields().filter((field) => kept?.values?.[field.name] !== undefined && kept.values[field.name] !== field.value);
    if (!changed.length) return forget();
    changed.forEach((field) => { field.value = kept.values[field.name]; });
    was.value = kept.was;
    touch();
    say(restored);
  };

  // -- the server --------------------------------------------------------------------------------------------------------
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };
  const touch = () => {
    dirty = true;
    keep();
    if (local) say(keptHere);
    else later(PAUSE);
  };
  const reach = async () => {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (!answer.ok) throw new Error("not reached");
    dirty = false;
    forget();
    return true;
  };
  const send = async () => {
    const sent = values();
    const data = new FormData(form);
    data.delete("once_token");
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "x-yumiao-fragment": "1" }, redirect: "manual", keepalive: document.hidden });
    if (answer.status >= 500 || answer.status === 0) throw new Error("not kept");
    const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : { refused };
    if (told.refused) return say("", told.refused), false;
    was.value = told.was;
    dirty = JSON.stringify(sent) !== JSON.stringify(values());
    if (dirty) later(PAUSE); else forget();
    say(told.saved, told.note);
    return true;
  };
  const save = async () => {
    clearTimeout(timer);
    if (sending) return sending;
    if (!dirty) return true;
    if (!local) say(saving, trouble.textContent);
    sending = (local ? reach() : send()).then((kept) => { wait = FIRST_WAIT; return kept; }, () => {
      say("", offline);
      if (!local) later(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
      return false;
    });
    const kept = await sending;
    sending = null;
    return kept;
  };

  form.addEventListener("input", touch);
  if (!local) {
    window.addEventListener("online", () => later(0));
    document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  }
  form.addEventListener("submit", async (event) => {
    // first what is typed, by a request that may fail without leaving the page; then on
    if (!dirty && !sending) return;
    event.preventDefault();
    const pressed = event.submitter;
    if (sending) await sending;
    if (!(await save()) || dirty) return;
    if (pressed?.name) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value }));
    form.submit();
  });

  // -- questions that depend on another ----------------------------------------------------------------------------------
  const fold = () => form.querySelectorAll("[data-depends]").forEach((part) => {
    const [name, answers] = part.dataset.depends.split("=");
    const asked = form.elements.namedItem(name);
    if (asked) part.hidden = !answers.split("|").includes(asked.value);
  });
  form.addEventListener("change", fold);
  fold();
  restore();
})();
