/* What a page does beyond its links and forms. Every page works without this file. */
(() => {
  "use strict";

  /* While somebody presses, nothing on the page may move: what slides from under a finger, or is replaced
     meanwhile, is not pressed. `platsplan.atRest()` is kept when nobody presses and the press has had its say. */
  const CLICK_MS = 400; // how long after the finger has left its click may come
  const PRESSED = "button, summary, input[type=checkbox], input[type=radio]"; // what the space bar presses
  let rest = Promise.resolve();
  let letGo = null; // while somebody presses
  let letGoTimer = 0;

  function hold() {
    clearTimeout(letGoTimer);
    letGoTimer = 0;
    if (!letGo) rest = new Promise((resolve) => { letGo = () => { clearTimeout(letGoTimer); letGo = null; resolve(); }; });
  }

  function letGoIn(ms) {
    clearTimeout(letGoTimer);
    letGoTimer = setTimeout(() => letGo?.(), ms);
  }

  window.platsplan = { atRest: () => rest };
  const isMouseUp = (event) => event.pointerType === "mouse" && event.buttons === 0;
  const listen = (kinds, does) => { for (const kind of kinds) window.addEventListener(kind, does, true); };
  listen(["pointerdown"], (event) => { if (event.button === 0) hold(); });
  listen(["keydown"], (event) => {
    if (event.key === " " && event.target.matches?.(PRESSED)) hold();
    else if (letGo) letGoIn(CLICK_MS); // whoever types does not press: the end of it went to a list or a dialog
  });
  listen(["pointerup"], () => letGoIn(CLICK_MS));
  listen(["keyup"], (event) => { if (event.key === " ") letGoIn(CLICK_MS); });
  listen(["click"], () => letGoIn(0)); // after everything that listens to it
  listen(["pointercancel", "contextmenu", "dragstart"], () => letGo?.());
  listen(["pointermove"], (event) => { if (letGo && !letGoTimer && isMouseUp(event)) letGo(); }); // let go of outside the page
  for (const kind of ["blur", "pagehide"]) window.addEventListener(kind, () => letGo?.()); // the window's own

  function addReveal(control) {
    const input = control.querySelector("input[type=password]");
    if (!input || control.querySelector(".pp-reveal")) return;
    const text = control.dataset;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "pp-reveal";
    const update = () => {
      const hidden = input.type === "password";
      button.textContent = hidden ? text.ppShow : text.ppHide;
      button.setAttribute("aria-label", hidden ? text.ppShowLong : text.ppHideLong);
    };
    button.setAttribute("aria-controls", input.id);
    button.addEventListener("click", () => {
      input.type = input.type === "password" ? "text" : "password";
      update();
      input.focus();
    });
    // A browser offers to save what it sees in a text field, so the field is hidden again before it is sent.
    input.form?.addEventListener("submit", () => { input.type = "password"; update(); });
    update();
    control.classList.add("pp-control--password");
    control.append(button);
  }

  // Passkeys: shown where the browser knows them; whoever breaks off is told so in place.
  function showPasskeys() {
    if (!window.PublicKeyCredential) return;
    document.querySelectorAll("[data-pp-passkey]").forEach((form) => { form.hidden = false; });
  }
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const notice = document.querySelector("[data-pp-passkey-error]");
    if (notice) notice.hidden = false;
  });

  function markRow(region) {
    for (const row of document.querySelectorAll(".pp-table--results tr.is-on")) row.classList.remove("is-on");
    if (region) document.getElementById(`r-${region}`)?.classList.add("is-on");
  }

  // What leads on from the page takes the county along that was chosen in place, as the server would have it.
  function keepCounty() {
    const region = new URLSearchParams(location.search).get("region");
    for (const link of document.querySelectorAll(".pp-tools .pp-seg a, a.pp-sort")) {
      const query = new URLSearchParams(link.search);
      query.set("region", region);
      link.setAttribute("href", `?${query}`);
    }
    for (const back of document.querySelectorAll("input[name=next]")) back.value = location.pathname + location.search;
  }

  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    // The card is fetched in place, so the link only has to leave its address behind.
    const county = event.target.closest("a.pp-map__c");
    if (county && window.htmx) {
      event.preventDefault();
      history.replaceState(history.state, "", county.getAttribute("href"));
      keepCounty();
      if (document.activeElement !== county) window.htmx.trigger(county, "pp-choose");
      return;
    }
    const suggestion = event.target.closest("[data-pp-suggest]");
    if (suggestion) {
      event.preventDefault();
      const field = document.getElementById(suggestion.dataset.ppSuggest);
      field.value = suggestion.dataset.ppText;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    }
    const account = event.target.closest("[data-pp-fill]");
    if (account) {
      for (const [id, value] of Object.entries(JSON.parse(account.dataset.ppFill))) {
        const input = document.getElementById(id);
        if (input) input.value = value;
      }
      document.getElementById(account.dataset.ppThen)?.focus();
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("[data-pp-busy]")) event.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("[data-pp-busy]")) event.target.removeAttribute("aria-busy");
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    for (const peek of event.target.id === "preview" ? document.querySelectorAll("[data-pp-peek]") : []) {
      const total = event.target.querySelector(`[data-pp-total="${peek.dataset.ppPeek}"]`);
      peek.textContent = total?.textContent ?? peek.dataset.ppNone;
    }
    if (event.target.id === "mapcard") markRow(event.target.querySelector("[data-region]")?.dataset.region);
  });

  function countCharacters(textarea) {
    const counter = document.getElementById(`n-${textarea.name}`);
    if (counter) counter.textContent = counter.textContent.replace(/^\d+/, textarea.value.length);
  }

  // The box "not available" and the dash in the field beside it say the same thing.
  function syncMissing(target) {
    const isDash = (text) => /^[-–—−]$/.test(text.trim());
    if (target.matches("[data-pp-missing]")) {
      const input = document.getElementById(target.dataset.ppMissing);
      if (target.checked === isDash(input.value)) return;
      input.value = target.checked ? "–" : "";
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      const box = document.querySelector(`[data-pp-missing="${CSS.escape(target.id)}"]`);
      if (box) box.checked = isDash(target.value);
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-pp-count]")) countCharacters(event.target);
    syncMissing(event.target);
  });

  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) event.target.removeAttribute("data-pp-dirty");
  });
  // The last net: a page with typing that has not been saved asks before it is left.
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("[data-pp-dirty]")) event.preventDefault();
  });

  // A request that was led elsewhere, as to the sign-in when the session is over, is no answer.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, pathInfo } = event.detail;
    if (!xhr.responseURL || !pathInfo) return;
    if (new URL(xhr.responseURL).pathname !== new URL(pathInfo.requestPath, location.href).pathname) event.detail.shouldSwap = false;
  });

  // The preview follows the typing, also while one presses something in it or below: then its newest answer waits.
  let preview = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { shouldSwap, target, serverResponse } = event.detail;
    if (!letGo || !shouldSwap || target.id !== "preview") return;
    event.preventDefault();
    if (preview === null) {
      rest.then(() => {
        const html = preview;
        preview = null;
        window.htmx.swap(target, html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 20 });
      });
    }
    preview = serverResponse;
  });

  // What a page keeps of unsaved typing in the browser goes when its owner signs out; see drafts.js.
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-pp-sign-out]")) sessionStorage.setItem("pp-signed-out", "1");
  });

  function forgetDrafts() {
    if (!sessionStorage.getItem("pp-signed-out")) return;
    sessionStorage.removeItem("pp-signed-out");
    if (document.querySelector("[data-pp-sign-out]")) return; // the page was not left after all
    for (const key of Object.keys(localStorage)) if (key.startsWith("pp-draft:")) localStorage.removeItem(key);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-pp-password]").forEach(addReveal);
    showPasskeys();
    document.querySelector("[data-pp-focus]")?.focus();
    document.querySelectorAll("[data-pp-fill]").forEach((button) => { button.hidden = false; });
    forgetDrafts();
  });
})();
