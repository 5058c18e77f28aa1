// The account menu in the header: closes when a person clicks beside it, tabs out of it or presses Escape.

const account = document.querySelector("[data-account]");

document.addEventListener("pointerdown", (event) => {
  if (!account.contains(event.target)) account.open = false;
});

account.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !account.contains(event.relatedTarget)) account.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !account.open) return;
  account.open = false;
  account.querySelector("summary").focus();
});
