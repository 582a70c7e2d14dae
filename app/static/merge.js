/* Two records side by side by keyboard: up and down go from choice to choice, left and right choose, Ctrl+Enter merges. The letters count
   while a choice has the focus and nowhere else. Every key has its button or link, and the page works without this. */
"use strict";
(() => {
  const form = document.querySelector("form.mg-form");
  if (!form) return;
  const rows = () => [...form.querySelectorAll("[data-merge-section] tr:has(input[type=radio])")];
  const radio = (row, side) => row?.querySelector(`input[value=${side}]`);
  const chosen = (row) => row?.querySelector("input:checked");
  const count = () => form.querySelectorAll("[data-merge-sum]").forEach((place) => {
    place.textContent = form.querySelectorAll(`input[type=radio][value=${place.dataset.mergeSum}]:checked`).length;
  });
  const choose = (row, side) => {
    const input = radio(row, side);
    if (!input) return;
    input.checked = true;
    input.focus();
    count();
  };
  const go = (by) => {
    const all = rows();
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[now < 0 ? 0 : Math.min(Math.max(now + by, 0), all.length - 1)];
    chosen(next)?.focus();
  };
  const moves = {
    ArrowUp: () => go(-1),
    ArrowDown: () => go(1),
    ArrowLeft: (row) => choose(row, "mine"),
    ArrowRight: (row) => choose(row, "other"),
    Enter: () => {},
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.querySelector("[data-merge-do]:not([disabled])")?.click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = document.activeElement.closest("[data-merge-section] tr");
    if (!row || !document.activeElement.matches("input[type=radio]")) return;
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      move(row);
      return;
    }
    const pressed = /^[a-z]$/i.test(event.key) && form.querySelector(`[data-merge-key=${event.key.toLowerCase()}]`);
    if (!pressed) return;
    event.preventDefault();
    pressed.click();
  });
  form.addEventListener("change", count);
  form.addEventListener("click", (event) => {
    const all = event.target.closest("[data-merge-all]");
    if (!all) return;
    event.preventDefault();
    all.closest("[data-merge-section]").querySelectorAll(`input[value=${all.dataset.mergeAll}]`).forEach((input) => { input.checked = true; });
    count();
  });
  count();
  if (document.activeElement === document.body && !location.hash) chosen(rows()[0])?.focus({ preventScroll: true });
})();
