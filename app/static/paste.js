/* A pasted block as cells: one is edited where it stands, arrow keys go from cell to cell, a block is pasted at a cell. The text field
   stays what counts, so that without script nothing is missing. */
"use strict";
(() => {
  const MOST = 200;
  document.querySelectorAll("[data-cells]").forEach((place) => {
    const block = document.getElementById(place.dataset.cells);
    let rows = [];
    let own = false;

    const parted = (text) => text.replace(/\r\n?/g, "\n").replace(/\n+$/, "").split("\n").map((line) => line.split("\t"));
    const cell = (row, column) => place.querySelector(`[data-row="${row}"][data-column="${column}"]`);
    const write = () => {
      own = true;
      block.value = rows.map((row) => row.join("\t")).join("\n");
      block.dispatchEvent(new Event("input", { bubbles: true }));
      own = false;
    };
    const put = (row, column, text) => {
      while (rows.length <= row) rows.push([]);
      while (rows[row].length <= column) rows[row].push("");
      rows[row][column] = text.replace(/[\t\n\r]+/g, " ");
    };

    /* Cells of several lines, and what is no table, are edited in the text field alone. */
    const drawable = () => block.value.includes("\t") && !/(^|\t)"/m.test(block.value) && rows.length <= MOST;
    const draw = () => {
      rows = parted(block.value);
      place.hidden = !drawable();
      if (place.hidden) return place.replaceChildren();
      const width = Math.max(...rows.map((row) => row.length));
      const table = document.createElement("table");
      table.className = "cells";
      rows.forEach((row, at) => {
        const line = table.insertRow();
        for (let column = 0; column < width; column += 1) {
          const input = document.createElement("input");
          input.value = row[column] ?? "";
          input.tabIndex = at || column ? -1 : 0;
          input.dataset.row = at;
          input.dataset.column = column;
          input.setAttribute("aria-label", place.dataset.label.replace("{row}", at + 1).replace("{column}", column + 1));
          line.insertCell().append(input);
        }
      });
      place.replaceChildren(table);
    };
    const go = (row, column) => {
      const next = cell(row, column);
      if (!next) return false;
      next.focus();
      next.select();
      return true;
    };

    place.addEventListener("input", ({ target }) => {
      put(Number(target.dataset.row), Number(target.dataset.column), target.value);
      write();
    });
    place.addEventListener("keydown", (event) => {
      const { target, key } = event;
      const [row, column] = [Number(target.dataset.row), Number(target.dataset.column)];
      const all = target.selectionStart === 0 && target.selectionEnd === target.value.length;
      const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] };
      if (all || target.selectionEnd === 0) steps.ArrowLeft = [0, -1];
      if (all || target.selectionStart === target.value.length) steps.ArrowRight = [0, 1];
      if (!steps[key] || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      go(row + steps[key][0], column + steps[key][1]);
    });
    place.addEventListener("paste", (event) => {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (!/[\t\n]/.test(text.trim())) return;
      event.preventDefault();
      const [row, column] = [Number(event.target.dataset.row), Number(event.target.dataset.column)];
      parted(text).forEach((line, down) => line.forEach((one, right) => put(row + down, column + right, one)));
      write();
      draw();
      go(row, column);
    });
    block.addEventListener("input", () => { if (!own) draw(); });
    draw();
  });
})();
