/* The search for trials: suggestions while one types, the browser's position, and filters that stay as they were
   unfolded when they are drawn anew. Without this file everything can still be searched. */

const PATIENCE = 150;
const form = document.getElementById("search");

for (const field of document.querySelectorAll("[data-suggestions]")) offer(field);

/* --- Suggestions: a combobox whose list the server fills (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/) --- */

function offer(field) {
  const list = Object.assign(document.createElement("ul"), { id: `${field.id}-options`, className: "options", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.listName);
  field.after(list);
  field.type = "text"; // which alone may be a combobox
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
  field.setAttribute("aria-controls", list.id);
  let asked = 0;
  let timer = 0;

  const options = () => Array.from(list.children);
  const active = () => list.querySelector("[aria-selected=true]");

  function close() {
    clearTimeout(timer);
    asked += 1; // what is still on its way comes too late
    list.hidden = true;
    list.replaceChildren();
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark(option) {
    active()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    const turn = (asked += 1);
    const response = await fetch(`${field.dataset.suggestions}?${new URLSearchParams({ [field.name]: field.value })}`);
    if (!response.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (turn !== asked) return;
    const found = page.querySelectorAll("[role=option]");
    found.forEach((option, place) => (option.id = `${list.id}-${place}`));
    list.replaceChildren(...found);
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(Boolean(found.length)));
    field.removeAttribute("aria-activedescendant");
  }

  function take(option) {
    const { field: name, value } = option.dataset;
    close();
    if (name === field.name) field.value = value;
    else {
      field.value = "";
      choose(name, value);
    }
    field.form.requestSubmit();
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (field.value.trim().length < 2) close();
    else timer = setTimeout(ask, PATIENCE);
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !list.hidden) {
      event.preventDefault();
      const all = [null, ...options()];
      mark(all.at((all.indexOf(active()) + step) % all.length));
    } else if (event.key === "Enter") {
      const option = active();
      if (option) event.preventDefault();
      if (option) take(option);
      else close();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  field.addEventListener("blur", close);
  // The field keeps the focus, so that a click is not a way out of it.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => target.closest("[role=option]") && take(target.closest("[role=option]")));
}

/* A part of the search that another field says: its value, where that field is on the page; else a hidden one. */

function choose(name, value) {
  const field = document.querySelector(`input[name="${name}"]:not([type=checkbox], [type=radio])`);
  if (field) field.value = value;
  else {
    const hidden = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    (document.getElementById("filters") ?? document.querySelector("form[role=search]")).append(hidden);
  }
}

/* --- The browser's position, no more precise than a part of a town --- */

const position = document.getElementById("position");

if (position && navigator.geolocation) {
  position.hidden = false;
  position.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        document.getElementById("position-word").textContent = "";
        form.elements.near.value = `${coords.latitude.toFixed(2)}, ${coords.longitude.toFixed(2)}`;
        form.requestSubmit();
      },
      () => {
        document.getElementById("position-word").textContent = position.dataset.refused;
        form.elements.near.focus();
      },
      { maximumAge: 600_000, timeout: 10_000 },
    );
  });
}

/* --- What was unfolded stays so when the filters are drawn anew --- */

const unfolded = new Map();

document.getElementById("filters")?.parentElement.addEventListener(
  "toggle",
  ({ target }) => target.id && unfolded.set(target.id, target.open),
  true,
);

document.body.addEventListener("htmx:oobAfterSwap", ({ target }) => {
  if (target.id !== "filters") return;
  for (const part of document.querySelectorAll("#filters details[id]")) {
    if (unfolded.has(part.id)) part.open = unfolded.get(part.id);
  }
});
