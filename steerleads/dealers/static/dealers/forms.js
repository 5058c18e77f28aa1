// The names that Django's form widgets leave out: screen readers would say "combo box" and "edit" without a word of what.

// A car found by typing: its label, then what is chosen. Select2 makes its box when the page is ready, before us.
window.django.jQuery(() => {
  for (const box of document.querySelectorAll(".select2-selection[role=combobox]")) {
    const select = box.closest(".related-widget-wrapper, .form-row").querySelector("select");
    const label = document.querySelector(`label[for="${select.id}"]`);
    const chosen = box.querySelector(".select2-selection__rendered");
    label.id ||= `${select.id}_label`;
    chosen.removeAttribute("role");
    chosen.removeAttribute("aria-readonly");
    box.setAttribute("aria-labelledby", `${label.id} ${chosen.id}`);
  }
});

// A date and its time: the words before each field, which are no labels.
for (const field of document.querySelectorAll(".datetime input")) {
  field.setAttribute("aria-label", field.previousSibling.textContent.trim());
}
