// Drags cards by mouse, pen and touch in one way, on Pointer Events: when a press becomes a drag, and how it ends.

import { isAt } from "./dropplace.js";
import { lift, newest } from "./lifted.js";

const SLOP = 5;
const TOUCH_SLOP = 8;
const LONG_PRESS = 220;
const FLING_REST = 150;
const CONTROLS = "button, a, input, select, textarea, label, summary, [contenteditable]";
const TITLE = "[data-act=open]";
const WORDS = "[data-act=filter], [data-act=copy]"; // who rests or moves on these means the card
const TEXT = "[data-text]"; // what a mouse can select

/** Let cards ([data-lead]) be dragged within `board` ([data-board]). The order of the cards is never changed here.
 *  onLift(card) -> false refuses. onDrop(card, {status, after: id|null, before: id|null}) comes once, and only if that
 *  is another place than the card's own. onEnd() follows always, after Escape and the like too.
 *  showColumn(status) comes when the pointer dwells on a [data-tab]. */
export function makeDraggable(board, { onLift, onDrop, onEnd, showColumn }) {
  let press = null; // a pointer that is down on a card
  let lifted = null; // that card, once the press has become a drag
  let swallowClick = false;
  let scrolledAt = -Infinity;

  function startPress(event) {
    if (lifted) return; // a second finger changes nothing
    forgetPress(); // before a drag, a second finger means to zoom
    const card = event.isPrimary && event.button === 0 && event.target.closest("[data-lead]");
    const handle = event.target.closest("[data-handle]");
    if (event.pointerType === "mouse" && event.target.closest(TEXT)) return;
    if (!card || (!handle && isControl(event.target, card, event.pointerType))) return;
    const watch = new AbortController();
    press = { card, handle, watch, id: event.pointerId, type: event.pointerType, from: point(event), at: point(event) };
    const listen = (type, does) => window.addEventListener(type, does, { signal: watch.signal, capture: true });
    listen("pointermove", ofPress(movePointer));
    listen("pointerup", ofPress(() => (lifted ? finish(lifted.place()) : forgetPress())));
    listen("pointercancel", ofPress(cancel));
    listen("keydown", escape);
    listen("blur", (blurred) => blurred.target === window && cancel());
    listen("visibilitychange", () => document.hidden && cancel());
    // A card that is replaced meanwhile takes the finger's touches along, out of the page.
    event.target.addEventListener("touchmove", keepStill, { signal: watch.signal, passive: false });
    // A finger that stops a fling and rests is reading, not lifting.
    const rests = event.timeStamp - scrolledAt > FLING_REST;
    if (press.type === "touch" && !handle && rests) press.timer = setTimeout(liftCard, LONG_PRESS);
  }

  function ofPress(does) {
    return (event) => {
      if (event.pointerId !== press.id) return;
      press.at = point(event);
      lifted?.follow(press.at);
      does(event);
    };
  }

  function movePointer(event) {
    if (!(event.buttons & 1)) return cancel(); // let go where nobody told us
    const far = Math.hypot(press.at.x - press.from.x, press.at.y - press.from.y);
    if (lifted) swallowClick ||= far > SLOP;
    else if (press.type !== "touch" || press.handle) far > SLOP && liftCard();
    else if (far > TOUCH_SLOP) forgetPress(); // a scroll, and the browser's
  }

  function liftCard() {
    const { from, at, id, type } = press;
    const card = newest(board, press.card);
    if (!card || onLift(card) === false) return forgetPress();
    lifted = lift(board, card, { from, at, showColumn, onLost: cancel });
    // A captured mouse hovers over nothing else, keeps the ghost's cursor and may leave the window.
    if (type !== "touch") lifted.ghost.setPointerCapture(id);
    // Chrome complains about a page that shakes before it was ever touched.
    else if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(10);
    swallowClick = type !== "touch"; // a slow tap is still a tap
  }

  function forgetPress() {
    clearTimeout(press?.timer);
    press?.watch.abort();
    press = null;
  }

  function finish(place) {
    const card = newest(board, press.card);
    const landed = lifted;
    const moved = Boolean(place) && !isAt(card, place);
    forgetPress();
    lifted = null;
    landed.settle(moved);
    try {
      if (moved) onDrop(card, place);
    } finally {
      onEnd();
    }
  }

  function cancel() {
    if (lifted) finish(null);
    else forgetPress();
  }

  function keepStill(event) {
    if (lifted && event.cancelable) event.preventDefault();
  }

  function escape(event) {
    if (!lifted || event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation(); // it ends the drag, not a panel beside it
    cancel();
  }

  board.addEventListener("pointerdown", startPress);
  board.addEventListener("dragstart", (event) => event.preventDefault()); // the browser's own drag would cancel ours
  board.addEventListener("contextmenu", (event) => {
    if (lifted || press?.type === "touch") event.preventDefault();
    else forgetPress();
  });
  // Scrolling by the finger that drags. The browser asks only listeners that were there when the finger came down.
  board.addEventListener("touchmove", keepStill, { passive: false });
  board.addEventListener("scroll", (event) => (scrolledAt = event.timeStamp), { capture: true, passive: true });
  // The click that ends a drag is none. After Escape it comes late, so it is awaited until the next press.
  window.addEventListener("pointerdown", () => (swallowClick &&= Boolean(lifted)), true);
  window.addEventListener("click", (event) => {
    if (swallowClick && event.detail > 0) stop(event);
    swallowClick &&= event.detail === 0; // a key's click is not the mouse's
  }, true);

  return { isDragging: () => lifted !== null, cancel };
}

/** Whether a press there is meant for a link or a button. The title is a button too, but takes most of a card's
 *  first row: a mouse or a pen may take hold of it, and a click without a drag opens the card. A finger may rest on
 *  the car, the number and the tag as on any other words. */
function isControl(target, card, pointerType) {
  const control = target.closest(CONTROLS);
  if (!control || control === card || !card.contains(control)) return false;
  return !control.matches(pointerType === "touch" ? WORDS : `${TITLE}, ${WORDS}`);
}

const point = (event) => ({ x: event.clientX, y: event.clientY });

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}
