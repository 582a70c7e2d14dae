/* The board: cards dragged to a lane, or walked through by arrow keys. Every move is a link in the card and works without this. */
"use strict";
(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const lanes = [...board.querySelectorAll("[data-lane]")];
  const cardsOf = (lane) => [...lane.querySelectorAll("[data-card]")];
  const moveTo = (card, lane) => card.querySelector(`[data-move="${CSS.escape(lane.dataset.lane)}"]`);

  // -- drag ------------------------------------------------------------------------------------------------------------
  let dragged = null;
  const clear = () => lanes.forEach((lane) => lane.classList.remove("may-drop", "over"));
  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-card]");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.querySelector("a").href);
    lanes.filter((lane) => moveTo(dragged, lane)).forEach((lane) => lane.classList.add("may-drop"));
  });
  board.addEventListener("dragover", (event) => {
    const lane = event.target.closest("[data-lane]");
    lanes.forEach((other) => other.classList.toggle("over", other === lane && other.classList.contains("may-drop")));
    if (dragged && lane && moveTo(dragged, lane)) event.preventDefault();
  });
  board.addEventListener("drop", (event) => {
    const lane = event.target.closest("[data-lane]");
    const link = dragged && lane && moveTo(dragged, lane);
    if (!link) return;
    event.preventDefault();
    link.click();
  });
  board.addEventListener("dragend", () => {
    dragged = null;
    clear();
  });

  // -- keyboard --------------------------------------------------------------------------------------------------------
  const focusCard = (card) => card?.querySelector("a").focus();
  const beside = (lane, by) => {
    for (let at = lanes.indexOf(lane) + by; at >= 0 && at < lanes.length; at += by) {
      if (cardsOf(lanes[at]).length) return lanes[at];
    }
    return null;
  };
  const openMoves = (card) => {
    const moves = card.querySelector(".lane-moves");
    if (!moves) return;
    moves.open = true;
    moves.querySelector("li a").focus();
  };
  board.addEventListener("keydown", (event) => {
    const card = event.target.closest("[data-card]");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === board && event.key === "ArrowDown") {
      event.preventDefault();
      focusCard(board.querySelector("[data-card]"));
      return;
    }
    if (!card) return;
    const lane = card.closest("[data-lane]");
    const cards = cardsOf(lane);
    const at = cards.indexOf(card);
    const other = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "ArrowDown") focusCard(cards[at + 1]);
    else if (event.key === "ArrowUp") focusCard(cards[at - 1]);
    else if (other) {
      const near = beside(lane, other);
      const there = near ? cardsOf(near) : [];
      focusCard(there[Math.min(at, there.length - 1)]);
    } else if (event.key.toLowerCase() === "m") openMoves(card);
    else if (event.key === "Escape") {
      card.querySelectorAll("details[open]").forEach((opened) => { opened.open = false; });
      focusCard(card);
    } else return;
    event.preventDefault();
  });
})();
