/* The editor of a draft: steps by keyboard and by dragging, and which revision they are made on. What a step does is
   the server's business; without this file every button still works. */

const editor = document.getElementById("editor");
const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "indent", ArrowLeft: "outdent" };
let lastStep = "";

const revision = () => document.getElementById("tools").dataset.revision;
const openNow = () => document.getElementById("panel").dataset.at;
const rowLink = (identifier) => document.getElementById(`row-${identifier}`);

function say(text) {
  const note = document.createElement("p");
  note.className = "notice error";
  note.textContent = text;
  document.getElementById("status").replaceChildren(note);
}

/* --- Steps go one after the other, each on the revision that the one before has led to. The editor itself sends them:
   a row or a form may have been drawn anew, and so be gone, by the time that its turn comes. --- */

let queue = Promise.resolve();
let waiting = 0;
let failed = false;

function send(method, address, context) {
  waiting += 1;
  queue = queue
    .then(() => window.htmx.ajax(method, address, { source: editor, ...context }))
    .catch(() => {
      failed = true;
    })
    .finally(() => {
      waiting -= 1;
    });
}

function step(identifier, values) {
  failed = false;
  const context = { target: "#status", swap: "innerHTML", values: { ...values, at: identifier } };
  send("POST", editor.dataset.stepUrl, context);
}

function show(identifier) {
  const query = identifier ? `?at=${encodeURIComponent(identifier)}` : "";
  send("GET", editor.dataset.url + query, { target: "#panel", swap: "outerHTML" });
}

function submit(form, button) {
  const data = new FormData(form, button);
  const values = Object.fromEntries(Array.from(data.keys(), (key) => [key, data.getAll(key)]));
  step(form.closest("#tools, #cohorts") ? openNow() : data.get("at"), values);
}

editor.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-step]")) return;
  event.preventDefault();
  unfinished = null;
  submit(event.target, event.submitter);
});

/* Some fields mean something together alone, such as "before" and "consent": the first waits for the other, until
   the form is left. */

const isHalf = (field) => {
  const other = field.dataset.with && field.form.elements[field.dataset.with];
  return other && Boolean(field.value) !== Boolean(other.value);
};

let unfinished = null;

editor.addEventListener("change", ({ target }) => {
  if (!target.form?.matches("[data-autosave]")) return;
  unfinished = isHalf(target) ? target.form : null;
  if (!unfinished) submit(target.form);
});

editor.addEventListener("focusout", ({ relatedTarget }) => {
  if (!unfinished || unfinished.contains(relatedTarget)) return;
  const form = unfinished;
  unfinished = null;
  if (form.isConnected) submit(form);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  if ("open" in link.dataset) {
    event.preventDefault();
    show(link.dataset.open);
  } else if (waiting && link.origin === location.origin) {
    // What was typed last is on its way: first that, then the other page, unless it was refused.
    event.preventDefault();
    queue.then(() => {
      if (!failed) location.assign(link.href);
    });
  }
});

document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  lastStep = "";
  if (detail.verb !== "post") return;
  detail.formData.set("base", revision());
  lastStep = detail.formData.get("do");
});

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  failed ||= detail.xhr.status >= 400;
  if (detail.xhr.status === 422 || detail.xhr.status === 409) {
    detail.shouldSwap = true; // why nothing was done
    detail.isError = false;
  } else if (detail.xhr.status === 401) {
    say(editor.dataset.signedOut);
  } else if (detail.xhr.status >= 400) {
    say(editor.dataset.lost);
  }
});

document.body.addEventListener("htmx:sendError", () => say(editor.dataset.lost));

/* --- Focus: in the criterion that was opened, on the row that was moved --- */

function markOpen() {
  for (const link of document.querySelectorAll(".row-link[aria-current]")) link.removeAttribute("aria-current");
  if (openNow()) rowLink(openNow())?.setAttribute("aria-current", "true");
}

document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  markOpen();
  if (detail.requestConfig?.verb === "get") {
    document.getElementById("panel-title").focus({ preventScroll: true });
    if (openNow()) rowLink(openNow())?.scrollIntoView({ block: "nearest" });
  } else if (lastStep.startsWith("add")) {
    document.getElementById("words-text")?.focus();
  } else if (document.activeElement === document.body) {
    (rowLink(openNow()) ?? document.getElementById("undo")).focus();
  }
});

/* --- Keys on a row --- */

editor.addEventListener("keydown", (event) => {
  const link = event.target.closest(".row-link");
  if (!link || !(event.key in KEYS) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const row = link.closest("[data-row]");
  if (event.altKey) {
    event.preventDefault(); // left would go back in the history
    if (row.dataset.parent) step(row.dataset.row, { do: KEYS[event.key] });
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const links = Array.from(editor.querySelectorAll(".row-link"));
    const next = links[links.indexOf(link) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }
});

/* --- Dragging by the handle: before, after or into the row under the pointer --- */

let drag = null;

editor.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (!grip || event.button !== 0) return;
  event.preventDefault();
  const row = grip.closest("[data-row]");
  drag = { row, item: row.closest("li"), goal: null };
  grip.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
});

editor.addEventListener("pointermove", (event) => {
  if (!drag) return;
  clearGoal();
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-row]");
  if (over && !drag.item.contains(over)) {
    const box = over.getBoundingClientRect();
    const share = (event.clientY - box.top) / box.height;
    drag.goal = goalAt(over, share);
    over.classList.add(`drop-${drag.goal.where}`);
  }
  const edge = event.clientY < 60 ? -12 : event.clientY > innerHeight - 60 ? 12 : 0;
  if (edge) scrollBy(0, edge);
});

editor.addEventListener("pointerup", () => finish(true));
editor.addEventListener("pointercancel", () => finish(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) finish(false);
});

function goalAt(over, share) {
  const isGroup = "group" in over.dataset;
  if (!over.dataset.parent) return { over, where: "into" };
  if (isGroup && share > 0.3) return { over, where: "into" };
  return { over, where: share < 0.5 ? "before" : "after" };
}

function clearGoal() {
  for (const row of editor.querySelectorAll(".drop-before, .drop-after, .drop-into")) {
    row.classList.remove("drop-before", "drop-after", "drop-into");
  }
  drag.goal = null;
}

function finish(drop) {
  if (!drag) return;
  const { row, goal } = drag;
  clearGoal();
  row.classList.remove("dragged");
  drag = null;
  if (!drop || !goal) return;
  const { over, where } = goal;
  const parent = where === "into" ? over.dataset.row : over.dataset.parent;
  let index = where === "into" ? 0 : Number(over.dataset.index) + (where === "after" ? 1 : 0);
  // Its own place among its siblings does not count.
  if (row.dataset.parent === parent && Number(row.dataset.index) < index) index -= 1;
  step(row.dataset.row, { do: "move", parent, index });
}
