/* Keys for going through the queue. Every one of them is a link or a field on the page as well. */
(() => {
  "use strict";

  const SWITCH = "platsplan-desk-keys";
  const places = { m: "#id_body", d: "#id_message" };
  const help = document.querySelector("[data-pp-keys]");
  if (!help) return;
  const button = help.querySelector("[data-pp-keys-switch]");
  let isOn = true;
  try { isOn = localStorage.getItem(SWITCH) !== "off"; } catch { /* storage is closed: keys stay on for this page */ }

  function show() {
    help.querySelector("[data-pp-keys-on]").hidden = !isOn;
    button.textContent = isOn ? button.dataset.ppOff : button.dataset.ppOn;
  }

  button.addEventListener("click", () => {
    isOn = !isOn;
    try { localStorage.setItem(SWITCH, isOn ? "on" : "off"); } catch { /* as above */ }
    show();
  });

  document.addEventListener("keydown", (event) => {
    if (!isOn || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    // Whoever types, chooses or has a button in focus means that, not a shortcut.
    if (event.target.closest("input, textarea, select, button, summary, [contenteditable]")) return;
    const link = document.querySelector(`[data-pp-key="${CSS.escape(event.key)}"]`);
    const field = Object.hasOwn(places, event.key) ? document.querySelector(places[event.key]) : null;
    if (link) {
      event.preventDefault();
      link.click();
    } else if (field) {
      event.preventDefault();
      field.focus();
    }
  });

  help.hidden = false;
  show();
})();
