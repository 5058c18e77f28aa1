// An import under way: asks how far it is, and shows the next page once it is over.

const PAUSE = 1500; // milliseconds
const box = document.querySelector("[data-progress]");
const bar = box.querySelector("progress");
const done = box.querySelector("[data-done]");

async function look() {
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.redirected || !answer.ok) throw new Error("signed out, or away");
    const now = await answer.json();
    if (now.state !== box.dataset.state) {
      location.reload();
      return;
    }
    bar.value = now.done;
    done.textContent = now.done;
  } catch {
    // The next look may find it again.
  }
  setTimeout(look, PAUSE);
}

setTimeout(look, PAUSE);
