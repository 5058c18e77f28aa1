/** The lead board: puts its parts together, and hands them what is clicked. */

import { Columns } from "./columns.js";
import { Combobox } from "./combobox.js";
import { Countdown } from "./countdown.js";
import { makeDraggable } from "./drag.js";
import { Fresh } from "./fresh.js";
import { Keys } from "./keys.js";
import { Live } from "./live.js";
import { Menu } from "./menu.js";
import { Moves } from "./moves.js";
import { Panel } from "./panel.js";
import { Voice } from "./say.js";
import { Scrolled } from "./scrolled.js";
import { Search } from "./search.js";
import { Selection } from "./selection.js";
import { Server } from "./server.js";
import { Shortcuts } from "./shortcuts.js";
import { Still } from "./still.js";
import { Undo } from "./undo.js";
import { Work } from "./work.js";
import { Writes } from "./writes.js";

const board = document.querySelector("[data-board]");
const settings = JSON.parse(document.getElementById("board-settings").textContent);
const server = new Server(settings, board.querySelector("[name=csrfmiddlewaretoken]").value);
const still = new Still(board);
const voice = new Voice(board, settings.words, still);
const columns = new Columns(board, still);
const live = new Live({ board, columns, server, voice, still });
const writes = new Writes({ board, live });
const undoButton = board.querySelector("[data-undo]");
const undos = new Undo(undoButton, settings.keeper);
const car = board.querySelector("[data-filters] [name=car]").value || null;
const isSorted = board.dataset.sort !== "";
const moves = new Moves({ columns, server, writes, undos, voice, car, isSorted, names: settings.columns });
const work = new Work({ columns, server, writes, moves, voice });
const panel = new Panel({ board, columns, server, voice, still, writes, saved, archive });
const selection = new Selection({ board, columns, moves, voice });
const reach = (counts) => live.reach(counts);
const fresh = new Fresh({ board, columns, still, words: settings.words, keeper: settings.keeper, reach, showColumn });
const gone = () => voice.tell("gone");
const menu = new Menu({ board, columns, still, act: choose, gone });
const open = (card) => panel.edit(card.dataset.lead);
const keys = new Keys({ board, columns, moves, live, voice, selection, open });

const dragging = makeDraggable(board, {
  onLift(card) {
    if (keys.isPicking() || !card.querySelector("[data-handle]")) return false;
    if (selection.isOn && !selection.has(card)) return false;
    live.hold();
    return true;
  },
  onDrop: (card, place) => (selection.isOn ? selection.drop(place.status) : move(card, place)),
  onEnd: () => live.release(),
  showColumn,
});

// --- What is clicked -----------------------------------------------------------------------------

board.addEventListener("click", (event) => {
  const control = event.target.closest("[data-act]");
  const card = event.target.closest("[data-lead]");
  if (selection.isOn && card && !event.target.closest("a, [data-select]")) return selection.toggle(card, event.shiftKey);
  if (control) tap(control, card);
  else if (card && !event.target.closest("a, input") && !hasJustSelected(card)) open(card);
});
/** Whether the click ended a press that selected some of the card's words. */
function hasJustSelected(card) {
  const selected = getSelection();
  return !selected.isCollapsed && selected.containsNode(card, true);
}
board.querySelector("[data-add]")?.addEventListener("click", () => panel.add());
undoButton.addEventListener("click", () => moves.undo());
document.addEventListener("keydown", (event) => {
  const types = event.target.matches("input:not([type=checkbox]), textarea, select") || panel.dialog.open;
  if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || types) return;
  event.preventDefault();
  if (!dragging.isDragging() && !keys.isPicking()) moves.undo();
});

function tap(control, card) {
  const { act, by, value } = control.dataset;
  if (act === "menu") menu.open(control);
  else if (act === "filter") filterBy(by, value);
  else choose(act, card, control);
}

/** `control` is the button of the card, or the item of its menu. */
function choose(act, card, control) {
  const { lead } = card.dataset;
  if (act === "open") panel.edit(lead);
  else if (act === "note") panel.edit(lead, "note");
  else if (act === "archive") archive(lead, columns.titleOf(card));
  else if (act === "copy") copy(control.textContent);
  else if (act === "claim") work.claim(card);
  else if (act === "contact") work.contact(card, control.dataset, control.textContent.trim() || control.title);
  else move(card, placeFor(act, card, control.dataset.to));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    voice.tell("copied", { text });
  } catch {
    voice.tell("notCopied", { text });
  }
}

function archive(lead, title) {
  return moves.archive([lead], title);
}

/** Where the words of a button or of the menu send a card; null if it lies there by now: they may be older than the page. */
function placeFor(act, card, to) {
  const status = columns.statusOf(card);
  const above = card.previousElementSibling;
  const below = card.nextElementSibling;
  if (act === "up") return above && { status, before: above.dataset.lead };
  if (act === "down") return below && { status, after: below.dataset.lead };
  if (act === "top") return above && { status, before: columns.cards(status)[0].dataset.lead };
  if (act === "bottom" && columns.hasMore(status)) return { status, end: "bottom" };
  if (act === "bottom") return below && { status, after: columns.lastOf(status) };
  return to === status ? null : { status: to, before: columns.cards(to)[0]?.dataset.lead ?? null, end: "top" };
}

function move(card, place) {
  if (!place) return voice.tell("isThere", columns.whereabouts(card));
  const { lead } = card.dataset;
  moves.move(card, place);
  const here = columns.card(lead);
  if (here) columns.reveal(here);
}

async function saved({ lead, title, cards, back }, isNew) {
  if (cards[lead]) columns.renew(cards[lead]);
  const undo = moves.remember(title, back);
  await live.refresh();
  const card = columns.card(lead);
  if (isNew) fresh.see(lead);
  if (isNew) voice.tell(card ? "added" : "addedElsewhere", { lead: title }, undo);
  else voice.tell(undo ? "saved" : "unchanged", { lead: title }, undo);
  if (card?.checkVisibility()) card.focus();
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
/** Only leads with this tag or car; once more, all again. */
function filterBy(name, value) {
  const field = filters.elements[name];
  const wanted = field.value === value ? "" : value;
  // A tag that is younger than the page.
  if (name === "tag" && ![...field.options].some((option) => option.value === wanted)) field.add(new Option(wanted));
  field.value = wanted;
  filters.requestSubmit();
}
const more = filters.querySelector("[data-more-filters]");
more.addEventListener("click", () => {
  const isOpen = filters.classList.toggle("is-open");
  more.setAttribute("aria-expanded", isOpen);
});
const cars = filters.querySelector("[data-combobox]");
new Combobox(cars, { server, words: settings.words, chosen: () => filters.requestSubmit() });
new Search({ board, live });
new Countdown({ board, words: settings.words });

new Shortcuts(board);
live.start();
new Scrolled({ board, columns, live, showColumn }).restore();
panel.resume();
board.dataset.ready = "";
