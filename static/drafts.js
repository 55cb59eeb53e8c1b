/* Saves a draft field by field while it is typed, and shows what others save meanwhile. The form works without it.

   A field is unsaved while it differs from what the page knows to stand in the draft: `known`, a version and a
   text for each field. What is unsaved also lies in the browser's own storage, until the server has it. */
(() => {
  "use strict";

  const PREFIX = "pp-draft:";
  const TYPING_PAUSE_MS = 600;
  const POLL_MS = 4000;
  const IDLE_MS = 10 * 60 * 1000; // a page that nobody touches must not keep its session alive
  const LONGEST_WAIT_MS = 60000;
  const KEEPALIVE_MAX = 60000; // characters of an encoded body, each one byte

  function start(form) {
    const { ppAutosave: address, ppPage: page, ppUser: user, ppReport: report } = form.dataset;
    const fields = new Map([...form.querySelectorAll("[data-pp-field]")].map((input) => [input.name, input]));
    const carrier = form.elements.namedItem("known");
    const status = form.querySelector("[data-pp-saved]");
    const words = status.dataset;
    const dialog = document.getElementById("sign-in-again");
    const known = JSON.parse(carrier.getAttribute("value"));
    const tried = new Map(); // field -> texts sent whose answer was lost, so that we know them for our own
    const conflicts = new Map(); // field -> what somebody else has saved
    let token = form.elements.namedItem("csrfmiddlewaretoken").value;
    let stamp = form.dataset.ppStamp;
    let place = null; // where in the browser's storage this window keeps what is unsaved
    let trouble = ""; // offline, signed-out or refused
    let sending = null;
    let failures = 0;
    let timer = 0;
    let savedAt = "";
    let lastTouch = Date.now();
    let isGoingOn = false;
    let pressed = null;

    const knownText = (name) => known[name]?.[1] ?? "";
    const isDirty = (name) => fields.get(name).value !== knownText(name);
    const dirty = () => [...fields.keys()].filter(isDirty);
    const isCutOff = () => trouble === "offline" || trouble === "signed-out";
    const waiting = () => dirty().filter((name) => !conflicts.has(name));
    const label = (name) => {
      const input = fields.get(name);
      return input.getAttribute("aria-label") || input.labels[0]?.textContent || name;
    };

    function learn(name, version, text) {
      known[name] = [version, text];
      conflicts.delete(name);
    }

    // What is unsaved, outside the page ---------------------------------------------------------

    function store() {
      carrier.value = JSON.stringify(known);
      if (!place) return;
      const unsaved = {};
      for (const name of dirty()) {
        unsaved[name] = { text: fields.get(name).value, known: known[name] ?? [0, ""], tried: [...(tried.get(name) ?? [])] };
      }
      try {
        if (Object.keys(unsaved).length) localStorage.setItem(place, JSON.stringify(unsaved));
        else localStorage.removeItem(place);
      } catch { place = null; } // storage is full or forbidden: leaving the page asks first
    }

    async function restore() {
      const mine = `${PREFIX}${user}:${report}:${page}:`;
      place = await ownPlace(mine);
      const held = navigator.locks ? (await navigator.locks.query()).held.map((lock) => lock.name) : [];
      for (const key of Object.keys(localStorage).filter((name) => name.startsWith(mine))) {
        const isOther = key !== place;
        if (isOther && held.includes(key)) continue; // of a window that is open
        for (const [name, entry] of Object.entries(JSON.parse(localStorage.getItem(key)))) takeBack(name, entry);
        if (isOther) localStorage.removeItem(key);
      }
      store();
    }

    function takeBack(name, entry) {
      if (!fields.has(name) || isDirty(name) || entry.text === knownText(name)) return;
      tried.set(name, new Set(entry.tried));
      // Typed on what somebody has replaced since: the server sees it by the version, and both are shown.
      if (entry.known[0] !== (known[name]?.[0] ?? 0) && !entry.tried.includes(knownText(name))) known[name] = entry.known;
      fields.get(name).value = entry.text;
    }

    // What is shown -----------------------------------------------------------------------------

    function show(reason = "") {
      const names = dirty();
      let text = savedAt && words.ppTime.replace("{time}", savedAt);
      if (names.length && trouble) text = { offline: words.ppOffline, "signed-out": words.ppSignedOut }[trouble] ?? words.ppRefused;
      else if (trouble === "signed-out") text = words.ppSignedOut;
      else if (conflicts.size) text = words.ppConflict;
      else if (names.length) text = words.ppSaving;
      if (names.length && trouble) text += ` ${words.ppFields} ${names.map(label).join(", ")}.`;
      if (reason) text = `${text} ${reason}`;
      status.classList.toggle("pp-saved--busy", names.length > 0 && !trouble && !conflicts.size);
      status.classList.toggle("pp-saved--trouble", Boolean(trouble) || conflicts.size > 0);
      if (text && status.textContent !== text) status.textContent = text;
      const again = form.querySelector("[data-pp-sign-in-again]");
      if (again) again.hidden = trouble !== "signed-out";
      form.toggleAttribute("data-pp-dirty", names.length > 0 && (Boolean(trouble) || conflicts.size > 0 || !place));
    }

    /* Put the page's parts anew, and leave what the person points at, or types in, where it stands in the window. */
    function refresh(html) {
      const anchor = document.querySelector("main :is(a, button, input, label, textarea):hover")
        ?? (form.contains(document.activeElement) ? document.activeElement : null);
      const top = anchor?.getBoundingClientRect().top;
      replaceParts(html);
      if (anchor?.isConnected) window.scrollBy({ top: anchor.getBoundingClientRect().top - top, behavior: "instant" });
    }

    function replaceParts(html) {
      const fresh = new DOMParser().parseFromString(html, "text/html");
      for (const part of fresh.querySelectorAll("[data-pp-part], [data-pp-shell]")) {
        const old = document.getElementById(part.id);
        if (!old) continue;
        old.className = part.className;
        old.hidden = part.hidden;
        if (!part.hasAttribute("data-pp-part") || old.innerHTML === part.innerHTML) continue;
        const focused = old.contains(document.activeElement) ? document.activeElement : null;
        old.replaceChildren(...part.childNodes);
        if (focused) sameIn(old, focused)?.focus();
      }
      for (const input of fresh.querySelectorAll("[data-pp-field]")) {
        const old = fields.get(input.name);
        if (!old) continue;
        for (const name of ["class", "aria-invalid", "aria-describedby"]) {
          if (input.hasAttribute(name)) old.setAttribute(name, input.getAttribute(name));
          else old.removeAttribute(name);
        }
      }
    }

    function sameIn(part, element) {
      return [...part.querySelectorAll("a, button")].find(
        (other) => other.getAttribute("href") === element.getAttribute("href") && other.value === element.value);
    }

    // To the server and back --------------------------------------------------------------------

    function soon(ms) {
      clearTimeout(timer);
      timer = setTimeout(save, ms);
    }

    /* Send what is unsaved, one request at a time; also without anything to save, to hear what others did. */
    function save() {
      clearTimeout(timer);
      if (trouble === "refused") return Promise.resolve();
      sending ??= send().finally(() => {
        sending = null;
        store();
        if (!trouble && waiting().length) soon(0);
      });
      return sending;
    }

    async function send() {
      const sent = new Map(dirty().map((name) => [name, fields.get(name).value]));
      const body = new URLSearchParams({ as: user, page, known: JSON.stringify(known) });
      if (form.hasAttribute("data-pp-asked")) body.set("asked", "1");
      for (const [name, text] of sent) {
        body.set(name, text);
        tried.set(name, (tried.get(name) ?? new Set()).add(text));
      }
      store();
      show();
      const response = await ask(address, { method: "POST", body, headers: { "X-CSRFToken": token } });
      if (!response) return;
      const answer = await readJson(response);
      await window.platsplan.atRest(); // what is being pressed stays under the pointer
      if (response.ok && answer) accept(answer, sent);
      else if (response.status === 403) await identify();
      else if (response.status >= 500 || response.status === 429) fail();
      else refuse(answer?.message ?? "");
    }

    /* Ask the server; nothing when it cannot be reached or the session is over, which is then told. */
    async function ask(url, options) {
      let response;
      try {
        // Browsers refuse to outlive the page with more than 64 kB, so a long text is sent the plain way.
        const keepalive = String(options.body ?? "").length < KEEPALIVE_MAX;
        response = await fetch(url, { redirect: "manual", keepalive, signal: AbortSignal.timeout(15000), ...options });
      } catch {
        await window.platsplan.atRest();
        return fail();
      }
      if (response.type === "opaqueredirect") {
        await window.platsplan.atRest();
        return signOut();
      }
      failures = 0;
      if (trouble !== "refused") trouble = "";
      return response;
    }

    function accept(answer, sent) {
      const news = new Map(); // who -> the fields that they have changed
      for (const [name, value] of Object.entries(answer.values)) {
        const input = fields.get(name);
        const isOurs = value.mine && tried.get(name)?.has(value.text);
        if (isOurs || (sent.has(name) && !answer.conflicts.includes(name))) {
          if (input.value === sent.get(name) && !answer.conflicts.includes(name)) input.value = value.text;
          learn(name, value.version, value.text);
        } else if (answer.conflicts.includes(name)) {
          conflicts.set(name, value);
        } else if (!isDirty(name)) {
          learn(name, value.version, value.text);
          input.value = value.text;
          input.dispatchEvent(new Event("input", { bubbles: true })); // what follows the typing follows this too
          const who = value.mine ? words.ppYou : value.by;
          news.set(who, [...(news.get(who) ?? []), label(name)]);
        } // else typed while we asked: the next request tells that both have changed it
      }
      for (const [name, text] of sent) {
        tried.delete(name);
        if (!(name in answer.values)) known[name] = [known[name]?.[0] ?? 0, text];
      }
      for (const name of [...conflicts.keys()]) if (!answer.conflicts.includes(name)) conflicts.delete(name);
      stamp = answer.stamp;
      if (sent.size) savedAt = answer.time;
      refresh(answer.html);
      show();
      const told = form.querySelector("[data-pp-news]");
      if (news.size) told.textContent = [...news].map(([who, names]) => words.ppChanged.replace("{name}", who).replace("{fields}", names.join(", "))).join(" ");
    }

    function fail() {
      trouble = "offline";
      soon(Math.min(LONGEST_WAIT_MS, 1000 * 2 ** failures++));
      show();
    }

    function refuse(message) {
      trouble = "refused";
      show(message);
    }

    function signOut() {
      const isNew = trouble !== "signed-out";
      trouble = "signed-out";
      show();
      if (isNew && dialog && !dialog.open) dialog.showModal();
    }

    /* Who is signed in now, with the token that their requests carry. */
    async function identify() {
      const response = await ask(address, { headers: { Accept: "application/json" } });
      const answer = response?.ok ? await readJson(response) : null;
      if (!answer) return response && refuse("");
      if (String(answer.user) !== user) {
        // Somebody else works here now. What the first one typed stays in storage under their own name.
        store();
        form.removeAttribute("data-pp-dirty");
        location.reload();
        return;
      }
      for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = answer.csrf;
      token = answer.csrf;
      if (dialog?.open) dialog.close();
      soon(0);
    }

    async function poll() {
      if (document.hidden || sending || trouble === "refused" || Date.now() - lastTouch > IDLE_MS) return;
      if (trouble === "signed-out") { await identify(); return; }
      const response = await ask(`${address}?${new URLSearchParams({ stamp })}`, {});
      if (response?.status === 200) await save();
      else if (response?.status === 404) refuse("");
      else if (response && waiting().length) soon(TYPING_PAUSE_MS);
    }

    // What the person does ----------------------------------------------------------------------

    function choose(button) {
      const [choice, name, version] = button.value.split(":");
      const theirs = conflicts.get(name);
      if (choice === "theirs") fields.get(name).value = theirs.text;
      learn(name, Number(version), theirs.text);
      fields.get(name).focus();
      save();
    }

    /* Submit when no request is under way, or the two would race; without contact stay here, where all is kept. */
    async function goOn(button) {
      pressed = button;
      if (isGoingOn) return;
      isGoingOn = true;
      do { // a press that comes while another waits in vain has its own try
        button = pressed;
        pressed = null;
        try { await (sending ?? save()); } catch { /* the form itself carries everything */ }
      } while (pressed && isCutOff());
      isGoingOn = false;
      if (trouble === "signed-out" && dialog && !dialog.open) dialog.showModal();
      else if (trouble === "offline") status.scrollIntoView({ block: "center" });
      if (!isCutOff()) form.requestSubmit(button);
    }

    form.addEventListener("input", (event) => {
      const { name } = event.target;
      if (!fields.has(name)) return;
      const mine = document.querySelector(`[data-pp-mine="${name}"]`);
      if (mine) mine.textContent = event.target.value || mine.dataset.ppEmpty;
      store();
      show();
      if (!trouble && waiting().length) soon(TYPING_PAUSE_MS);
    });
    form.addEventListener("change", () => { if (!trouble && waiting().length) save(); });

    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (button?.name === "keep" && conflicts.has(button.value.split(":")[1])) {
        event.preventDefault();
        choose(button);
      } else if (button?.name === "save" && trouble !== "refused") {
        event.preventDefault();
        save();
      } else if (sending || isCutOff()) {
        event.preventDefault();
        goOn(button);
      } else {
        clearTimeout(timer);
      }
    });

    for (const kind of ["input", "pointerdown", "keydown"]) {
      document.addEventListener(kind, (event) => { if (event.isTrusted) lastTouch = Date.now(); }, { passive: true });
    }
    window.addEventListener("online", () => save());
    window.addEventListener("focus", () => { lastTouch = Date.now(); poll(); });
    window.addEventListener("pageshow", (event) => { if (event.persisted) poll(); });
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && waiting().length && !trouble) save();
      else if (!document.hidden) poll();
    });
    form.querySelector("[data-pp-sign-in-again]")?.addEventListener("click", () => dialog.showModal());
    dialog?.addEventListener("pp-signed-in", async () => {
      await identify();
      if (dialog.open) dialog.querySelector("[data-pp-problem]").textContent = dialog.dataset.ppMore; // a second factor
    });

    setInterval(poll, POLL_MS);
    restore().catch(() => { place = null; }).then(() => {
      show();
      if (waiting().length) save();
    });
  }

  /* A name in storage for this window that survives a reload; a copy of the window gets one of its own. */
  async function ownPlace(mine) {
    const fresh = () => String(Math.random()).slice(2);
    let name = sessionStorage.getItem("pp-tab") ?? fresh();
    if (navigator.locks && !(await claim(mine + name))) {
      name = fresh();
      await claim(mine + name);
    }
    sessionStorage.setItem("pp-tab", name);
    return mine + name;
  }

  function claim(place) {
    return new Promise((resolve) => {
      navigator.locks.request(place, { signal: AbortSignal.timeout(1500) }, () => {
        resolve(true);
        return new Promise(() => {}); // held as long as the window is open
      }).catch(() => resolve(false));
    });
  }

  async function readJson(response) {
    try {
      return await response.json();
    } catch {
      return null;
    }
  }

  /* Sign-in in the same page, with a code where the account has a second step. A passkey needs a window of its own. */
  function offerSignIn(dialog) {
    const [first, second] = dialog.querySelectorAll("form");
    const otherWay = dialog.querySelector("[data-pp-other-way]");
    dialog.querySelectorAll("[data-pp-later]").forEach((button) => button.addEventListener("click", () => dialog.close()));

    function show(step) {
      first.hidden = step !== first;
      second.hidden = step !== second;
      otherWay.hidden = step !== first;
      step.querySelector("input:not([readonly])").focus();
    }

    /* The token of a page of the way in; nothing where the way leads past it. */
    async function tokenOf(address) {
      const response = await fetch(address, { redirect: "manual" });
      if (!response.ok) return null;
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      return page.querySelector("main input[name=csrfmiddlewaretoken]")?.value ?? null;
    }

    function post(form, token) {
      const body = new FormData(form);
      body.set("csrfmiddlewaretoken", token);
      return fetch(form.action, {
        method: "POST", body: new URLSearchParams(body), redirect: "manual", headers: { "X-Requested-With": "XMLHttpRequest" },
      });
    }

    function finish() {
      for (const form of [first, second]) form.querySelector("input:not([readonly])").value = "";
      show(first);
      dialog.dispatchEvent(new CustomEvent("pp-signed-in"));
    }

    const steps = new Map([
      [first, async () => {
        const token = await tokenOf(first.action); // none: somebody has signed in already, or a code is awaited
        const response = token && await post(first, token);
        if (response && !response.ok && response.type !== "opaqueredirect") throw new Error(await reason(response));
        if (await tokenOf(second.action)) show(second);
        else finish();
      }],
      [second, async () => {
        const token = await tokenOf(second.action);
        if (!token) { finish(); return; } // done in another window, or the password is asked for anew
        const response = await post(second, token);
        if (response.type === "opaqueredirect") { finish(); return; }
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        throw new Error(page.querySelector("main .pp-field-error")?.textContent.trim() ?? "");
      }],
    ]);
    for (const [form, step] of steps) {
      form.addEventListener("submit", async (event) => {
        const problem = form.querySelector("[data-pp-problem]");
        event.preventDefault();
        problem.textContent = "";
        try {
          await step();
        } catch (error) {
          problem.textContent = error instanceof TypeError ? dialog.dataset.ppOffline : error.message || dialog.dataset.ppFailed;
        }
      });
    }
  }

  async function reason(response) {
    const answer = await readJson(response);
    const parts = [answer?.form, ...Object.values(answer?.form?.fields ?? {})];
    return parts.flatMap((part) => part?.errors ?? []).join(" ");
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-pp-autosave]").forEach(start);
    document.querySelectorAll("dialog[data-pp-sign-in]").forEach(offerSignIn);
  });
})();
