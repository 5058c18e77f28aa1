/** The lead board: puts its parts together, and hands them what is clicked. */

import { Columns } from "./columns.js";
import { Combobox } from "./combobox.js";
import { makeDraggable } from "./drag.js";
import { Keys } from "./keys.js";
import { Live } from "./live.js";
import { Menu } from "./menu.js";
import { Moves } from "./moves.js";
import { Panel } from "./panel.js";
import { Voice } from "./say.js";
import { Selection } from "./selection.js";
import { Server } from "./server.js";

const board = document.querySelector("[data-board]");
const settings = JSON.parse(document.getElementById("board-settings").textContent);
const server = new Server(settings, board.querySelector("[name=csrfmiddlewaretoken]").value);
const voice = new Voice(board, settings.words);
const columns = new Columns(board);
const live = new Live({ board, columns, server, voice });
const car = board.querySelector("[data-filters] [name=car]").value || null;
const undoButton = board.querySelector("[data-undo]");
const moves = new Moves({ columns, server, live, voice, car, undoButton });
const panel = new Panel({ board, server, voice, live, saved, archive: (lead, title) => moves.archive([lead], title) });
const selection = new Selection({ board, columns, moves, voice });
const menu = new Menu({ board, columns, act: choose });
const open = (card) => panel.edit(card.dataset.lead);
const keys = new Keys({ board, columns, moves, live, voice, selection, open });

const dragging = makeDraggable(board, {
  onLift(card) {
    if (selection.isOn || keys.isPicking() || !card.querySelector("[data-handle]")) return false;
    live.hold();
    return true;
  },
  onDrop: move,
  onEnd: () => live.release(),
  showColumn,
});

// --- What is clicked -----------------------------------------------------------------------------

board.addEventListener("click", (event) => {
  const control = event.target.closest("[data-act]");
  const card = event.target.closest("[data-lead]");
  if (selection.isOn && card && !event.target.closest("a, [data-select]")) return selection.toggle(card);
  if (control) tap(control, card);
});
board.querySelector("[data-add]")?.addEventListener("click", () => panel.add());
undoButton.addEventListener("click", () => moves.undo());
document.addEventListener("keydown", (event) => {
  const types = event.target.matches("input:not([type=checkbox]), textarea, select") || panel.dialog.open;
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || types) return;
  event.preventDefault();
  if (!dragging.isDragging() && !keys.isPicking()) moves.undo();
});

function tap(control, card) {
  const { act, to } = control.dataset;
  if (act === "menu") menu.open(control);
  else choose(act, card, to);
}

function choose(act, card, to) {
  const lead = card.dataset.lead;
  if (act === "open") panel.edit(lead);
  else if (act === "note") panel.edit(lead, "note");
  else if (act === "archive") moves.archive([lead], columns.titleOf(card));
  else move(card, placeFor(act, card, to));
}

/** Where the words of a button or of the menu send a card. */
function placeFor(act, card, to) {
  const status = columns.statusOf(card);
  const others = (of) => columns.cards(of).filter((other) => other !== card);
  if (act === "up") return { status, before: card.previousElementSibling.dataset.lead };
  if (act === "down") return { status, after: card.nextElementSibling.dataset.lead };
  if (act === "top") return { status, before: others(status)[0].dataset.lead };
  if (act === "bottom") return columns.hasMore(status) ? { status, end: "bottom" } : below(status, others(status));
  return { status: to, before: others(to)[0]?.dataset.lead ?? null, end: "top" };
}

function below(status, cards) {
  return { status, after: cards.at(-1).dataset.lead };
}

async function move(card, place) {
  const { lead } = card.dataset;
  const title = columns.titleOf(card);
  const saving = moves.move(card, place);
  columns.card(lead)?.scrollIntoView({ block: "nearest" });
  if (!(await saving)) return;
  await live.refresh();
  const here = columns.card(lead);
  if (here) voice.announce("moved", columns.whereabouts(here));
  else voice.announce("movedAway", { lead: title, column: settings.columns[place.status] });
}

function saved({ lead, cards }, isNew) {
  if (cards[lead]) columns.renew(cards[lead]);
  live.refresh().then(() => {
    const card = columns.card(lead);
    const title = card ? columns.titleOf(card) : "";
    if (!isNew) voice.announce("saved");
    else if (card) voice.tell("added", { lead: title });
    else voice.tell("addedElsewhere", { lead: titleIn(cards[lead]) });
    if (card?.checkVisibility()) card.focus();
  });
}

function titleIn(html) {
  const template = document.createElement("template");
  template.innerHTML = html ?? "";
  return template.content.querySelector("[data-act=open]")?.textContent ?? "";
}

// --- Phones show one column at a time --------------------------------------------------------------

function showColumn(status) {
  for (const column of columns.all) column.classList.toggle("is-shown", column.dataset.column === status);
  for (const tab of board.querySelectorAll("[data-tab]")) tab.setAttribute("aria-pressed", tab.dataset.tab === status);
}

board.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab) showColumn(tab.dataset.tab);
});
board.addEventListener("board:show", (event) => showColumn(event.detail));

// --- Filters live in the address -------------------------------------------------------------------

const filters = board.querySelector("[data-filters]");
filters.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value.trim()) formData.delete(name);
});
for (const select of filters.querySelectorAll("select[data-submits]")) {
  select.addEventListener("change", () => filters.requestSubmit());
}
const more = filters.querySelector("[data-more-filters]");
more.addEventListener("click", () => {
  const isOpen = filters.classList.toggle("is-open");
  more.setAttribute("aria-expanded", isOpen);
});
const cars = filters.querySelector("[data-combobox]");
new Combobox(cars, { server, words: settings.words, chosen: () => filters.requestSubmit() });

live.start();
board.dataset.ready = "";
