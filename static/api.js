// The API's page: asks with what the form holds and shows the answer in place.
"use strict";

for (const form of document.querySelectorAll("[data-api-form]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const address = form.querySelector("[data-api-address]");
    const answer = form.querySelector("[data-api-answer]");
    const query = new URLSearchParams();
    let path = form.getAttribute("action");
    for (const field of form.querySelectorAll("input")) {
      const value = field.value.trim();
      if (field.dataset.inPath) {
        path = path.replace(`{${field.dataset.inPath}}`, encodeURIComponent(value));
      } else if (value) {
        query.set(field.name, value);
      }
    }
    const asked = query.size ? `${path}?${query}` : path;
    address.textContent = `GET ${asked}`;
    address.hidden = answer.hidden = false;
    answer.textContent = "…";
    try {
      const response = await fetch(asked, { headers: { Accept: "application/json" } });
      const text = await response.text();
      let shown = text;
      try {
        shown = JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        // No JSON: shown as it came.
      }
      answer.textContent = `${response.status} ${response.statusText}\n\n${shown}`;
    } catch (error) {
      answer.textContent = String(error);
    }
  });
}
