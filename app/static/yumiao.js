/* What plain HTML cannot do. Every behaviour hangs on a data attribute and the page works without this file. */
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

  // -- omnibox: "/" or Ctrl-K ------------------------------------------------------------------------------------------
  document.addEventListener("keydown", (event) => {
    const box = document.getElementById("omnibox");
    const slash = event.key === "/" && !typing(event.target);
    const control = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    if (!box || event.isComposing || !(slash || control)) return;
    event.preventDefault();
    box.focus();
    box.select();
  });

  // -- suggestions: the omnibox and the pickers ------------------------------------------------------------------------
  const listOf = (input) => document.getElementById(input.dataset.suggest);
  const optionsOf = (input) => [...listOf(input).querySelectorAll("[role=option]:not([aria-disabled])")];
  const show = (input, open) => {
    listOf(input).hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) input.removeAttribute("aria-activedescendant");
  };
  const mark = (input, chosen) => {
    optionsOf(input).forEach((option) => option.setAttribute("aria-selected", String(option === chosen)));
    if (!chosen) return;
    chosen.id = `${input.dataset.suggest}-on`;
    input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  };
  const step = (input, by) => {
    const options = optionsOf(input);
    if (!options.length) return;
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    options.forEach((option) => option.removeAttribute("id"));
    show(input, true);
    mark(input, options[(now + by + options.length) % options.length]);
  };
  const choose = (input, option) => {
    if (option.href && option.dataset.value === undefined) return void location.assign(option.href);
    const value = input.parentElement.querySelector("[data-picked]");
    input.value = option.dataset.label;
    value.value = option.dataset.value;
    show(input, false);
    value.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const prepare = (picker) => {
    // With script the visible input carries the label and a hidden one the value; without, the input itself is sent.
    const input = picker.querySelector("[data-suggest]");
    if (picker.querySelector("[data-picked]")) return;
    const value = Object.assign(document.createElement("input"), { type: "hidden", name: input.name, value: input.value });
    value.dataset.picked = "";
    if (input.dataset.text) input.value = input.dataset.text;
    input.removeAttribute("name");
    picker.append(value);
    input.addEventListener("input", () => { value.value = input.value; });
  };
  document.addEventListener("htmx:config:request", (event) => {
    const input = event.target.closest("[data-suggest]");
    if (!input) return;
    const body = event.detail.ctx.request.body;
    [...body.keys()].forEach((key) => body.delete(key));
    body.set("q", input.value.trim());
  });
  document.addEventListener("keydown", (event) => {
    const input = event.target.closest("[data-suggest]");
    if (!input || event.isComposing) return;
    const chosen = optionsOf(input).find((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(input, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && chosen && !listOf(input).hidden) {
      event.preventDefault();
      choose(input, chosen);
    } else if (event.key === "Escape") show(input, false);
  });
  document.addEventListener("htmx:after:swap", () => {
    document.querySelectorAll("[data-picker]").forEach(prepare);
    const input = document.activeElement;
    if (input?.dataset.suggest) show(input, input.value.trim() !== "" && listOf(input).childElementCount > 0);
  });
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest(".suggest [role=option]");
    const input = option && document.querySelector(`[data-suggest="${option.parentElement.id}"]`);
    if (!input || option.ariaDisabled) return;
    event.preventDefault();
    choose(input, option);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.dataset?.suggest) show(event.target, false);
  });

  // -- dialogs, menus, printing, copying ---------------------------------------------------------------------------------
  const actions = {
    "[data-dialog]": (item, event) => {
      const dialog = document.getElementById(item.dataset.dialog);
      if (!dialog) return;
      event.preventDefault();
      dialog.showModal();
    },
    "[data-close]": (item) => item.closest("dialog").close(),
    "[data-print]": () => window.print(),
    "[data-copy]": (item) => copy(item),
  };
  const copy = async (item) => {
    const box = item.closest(".secret").querySelector("[data-secret]");
    getSelection().selectAllChildren(box);
    await (navigator.clipboard?.writeText(box.textContent.trim()) ?? document.execCommand("copy"));
    item.querySelector("span").textContent = item.dataset.done;
  };
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(actions)) {
      const item = event.target.closest(selector);
      if (item) act(item, event);
    }
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches("a[role=button]")) {
      event.preventDefault();
      event.target.click();
    }
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // -- rows picked across the pages of a list: kept for this tab, sent along with those of the page shown -----------------
  const readPicks = (name) => new Set(JSON.parse(sessionStorage.getItem(name) ?? "[]"));
  const keepPicks = (name, picks) => sessionStorage.setItem(name, JSON.stringify([...picks]));
  const boxesOf = (form) => [...form.elements].filter((field) => field.matches("input[type=checkbox][data-pick]"));
  const pickingForm = (field) => (field.form?.matches("[data-picks]") ? field.form : null);
  const showPicks = (form) => {
    const picks = readPicks(form.dataset.picks);
    boxesOf(form).forEach((box) => { box.checked = picks.has(box.value); });
    form.querySelectorAll("[data-picks-count]").forEach((place) => {
      place.hidden = picks.size === 0;
      place.querySelector("b").textContent = picks.size;
    });
  };
  let lastPick = null;
  let ranging = false;
  const upTo = (boxes, one, other) => {
    const [first, last] = [boxes.indexOf(one), boxes.indexOf(other)].sort((a, b) => a - b);
    return first < 0 ? [other] : boxes.slice(first, last + 1);
  };
  document.addEventListener("click", (event) => {
    if (event.target.matches("[data-pick]")) ranging = event.shiftKey;
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-pick], [data-pick-all]")) return;
    const form = pickingForm(event.target);
    if (!form) return;
    const picks = readPicks(form.dataset.picks);
    const one = ranging ? upTo(boxesOf(form), lastPick, event.target) : [event.target];
    const changed = event.target.matches("[data-pick-all]") ? boxesOf(form) : one;
    lastPick = event.target;
    changed.forEach((box) => picks[event.target.checked ? "add" : "delete"](box.value));
    keepPicks(form.dataset.picks, picks);
    showPicks(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-picks]");
    if (!form) return;
    form.querySelectorAll("[data-picked-elsewhere]").forEach((input) => input.remove());
    const here = new Set(boxesOf(form).map((box) => box.value));
    readPicks(form.dataset.picks).forEach((value) => {
      if (here.has(value)) return;
      const input = Object.assign(document.createElement("input"), { type: "hidden", name: boxesOf(form)[0].name, value });
      input.dataset.pickedElsewhere = "";
      form.append(input);
    });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-picks-clear]");
    if (!button) return;
    sessionStorage.removeItem(button.dataset.picksClear);
    document.querySelectorAll("form[data-picks]").forEach(showPicks);
  });

  // -- forms: submit on change, unsaved changes, first place to look ---------------------------------------------------
  let unsaved = false;
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-auto-submit]")) event.target.form.requestSubmit();
  });
  document.addEventListener("input", (event) => {
    if (event.target.closest("form[data-guard]")) unsaved = true;
  });
  document.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  // -- drafts: kept while one writes; what could not be kept stays in the page and is sent again -------------------------
  const draftOf = (event) => event.target.closest?.("form[data-draft]");
  const tell = (form, text) => { document.getElementById(form.dataset.draft).textContent = text; };
  document.addEventListener("htmx:config:request", (event) => {
    // The form acts once, its drafts as often as they like.
    if (draftOf(event)) event.detail.ctx.request.body.delete("once_token");
  });
  document.addEventListener("htmx:before:response", (event) => {
    const form = draftOf(event);
    if (!form) return;
    const { raw, status } = event.detail.ctx.response;
    unsaved = raw.redirected || status !== 200;
    if (!unsaved) return;
    event.preventDefault();
    tell(form, form.dataset.refused);
  });
  document.addEventListener("htmx:error", (event) => {
    const form = draftOf(event);
    if (!form) return;
    unsaved = true;
    tell(form, form.dataset.broken);
    setTimeout(() => htmx.trigger(form, "retry"), 5000);
  });

  // -- a pasted block: spreadsheets put tab separated text on the clipboard; where only an HTML table lies there, its cells -----
  document.addEventListener("paste", (event) => {
    const box = event.target.closest?.("#paste textarea");
    if (!box || event.clipboardData.getData("text/plain").includes("\t")) return;
    const table = new DOMParser().parseFromString(event.clipboardData.getData("text/html"), "text/html").querySelector("table");
    if (!table) return;
    event.preventDefault();
    const cells = (row) => [...row.cells].flatMap((cell) => [cell.textContent.trim().replace(/\s+/g, " "), ...Array(cell.colSpan - 1).fill("")]);
    box.setRangeText([...table.rows].map((row) => cells(row).join("\t")).join("\n"), box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // -- uploads: one request a file, each with its own progress and answer ----------------------------------------------
  const sendFile = (form, field, file, line) => new Promise((done) => {
    const data = new FormData(form);
    data.delete(field.name);
    data.delete("once_token");
    data.append(field.name, file);
    const bar = line.querySelector("progress");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("x-yumiao-fragment", "1");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const items = [...answer.querySelectorAll("body > li")];
      if (items.length) line.replaceWith(...items);
      else line.append(answer.querySelector("main p")?.textContent ?? request.statusText);
      done(request.status === 200);
    });
    request.addEventListener("error", () => { bar.replaceWith(form.dataset.broken); done(false); });
    request.send(data);
  });
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-uploads]");
    const field = form?.querySelector("input[type=file]");
    if (!field?.files.length) return;
    event.preventDefault();
    const list = document.getElementById(form.dataset.uploads);
    const button = form.querySelector(".btn-primary");
    button.disabled = true;
    list.hidden = false;
    list.replaceChildren();
    let complete = true;
    for (const file of field.files) {
      const line = document.createElement("li");
      const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0, ariaLabel: file.name });
      line.append(file.name, bar);
      list.append(line);
      const small = file.size <= Number(form.dataset.limit);
      if (!small) bar.replaceWith(`：${form.dataset.large}`);
      complete = (small && await sendFile(form, field, file, line)) && complete;
    }
    button.disabled = false;
    field.value = "";
    if (complete) location.assign(form.dataset.done);
  });

  document.querySelectorAll("[data-picker]").forEach(prepare);
  document.querySelectorAll(".stage-scroll [aria-current]").forEach((item) => {
    const box = item.closest(".stage-scroll");
    box.scrollLeft = item.offsetLeft - (box.clientWidth - item.offsetWidth) / 2;
  });
  // an address that names a folded form, or the card that holds only this one, opens it
  const unfold = () => {
    const place = document.getElementById(location.hash.slice(1));
    const within = place?.querySelectorAll("details.statement") ?? [];
    const folded = place?.closest("details.statement") ?? (within.length === 1 ? within[0] : null);
    if (folded) folded.open = true;
  };
  window.addEventListener("hashchange", unfold);
  unfold();
  document.querySelectorAll("[data-picks-done]").forEach((done) => sessionStorage.removeItem(done.dataset.picksDone));
  document.querySelectorAll("form[data-picks]").forEach(showPicks);
  document.querySelector("[data-autofocus]")?.focus();
})();
