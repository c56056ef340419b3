/* The desk around the answers: keys, what no longer matters, the help dialog, focus after a step. */

const desk = document.querySelector("[data-desk]");
const KEYS_OFF = "desk-keys-off";
const VALUES = { y: "yes", n: "no", u: "unknown", a: "not_applicable" };

// As patience.js says, which as a file would be one request too many here.
addEventListener("DOMContentLoaded", () => {
  const loaded = new URL(performance.getEntriesByType("navigation")[0].name);
  if (loaded.pathname + loaded.search !== location.pathname + location.search) location.reload();
});

if (desk) {
  applyState();
  document.addEventListener("htmx:afterSettle", applyState);
  document.addEventListener("keydown", onKey);
  setUpHelp();
  followFocus();
}

/* --- What follows from the answers, for every statement and group on the page --- */

function applyState() {
  const source = document.getElementById("desk-state");
  if (!source) return;
  const { off, decides, values } = JSON.parse(source.dataset.state);
  const dim = new Set(off);
  const deciding = new Set(decides);
  for (const row of document.querySelectorAll("[data-statement]")) {
    row.toggleAttribute("data-off", dim.has(row.dataset.statement));
    row.toggleAttribute("data-decides", deciding.has(row.dataset.statement));
    row.querySelector(".st-off").hidden = !dim.has(row.dataset.statement);
    row.querySelector(".st-decides").hidden = !deciding.has(row.dataset.statement);
  }
  for (const chip of document.querySelectorAll("[data-value-of]")) {
    const value = values[chip.dataset.valueOf] ?? "open";
    chip.dataset.value = value;
    chip.textContent = desk.dataset[`value${value[0].toUpperCase()}${value.slice(1)}`];
  }
}

/* --- Keys (WCAG 2.1.4: one switch turns them off) --- */

function rows() {
  return Array.from(document.querySelectorAll("[data-statement]")).filter((row) => row.checkVisibility());
}

function current() {
  return (
    document.activeElement?.closest("[data-statement]") ??
    document.querySelector("[data-statement][data-current], #step [data-statement]")
  );
}

function followFocus() {
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("[data-statement]");
    if (!row) return;
    for (const other of document.querySelectorAll("[data-current]")) other.removeAttribute("data-current");
    row.setAttribute("data-current", "");
  });
  // A statement reached by its link is the one that keys act on.
  const arrive = () => {
    const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let folded = row?.closest("details"); folded; folded = folded.parentElement.closest("details")) {
      folded.open = true;
    }
    if (row?.matches("[data-statement]")) goTo(row);
  };
  window.addEventListener("hashchange", arrive);
  if (location.hash) arrive();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "step") event.target.querySelector("h2")?.focus();
    // A form that was asked for is typed into; when its value is kept, the statement goes on.
    if (!event.target.classList.contains("st-entry")) return;
    const kept = event.target.querySelector("[data-kept]");
    if (!kept) event.target.querySelector("input:not([type=hidden]), select")?.focus();
    else document.getElementById(`p-${kept.dataset.kept}`)?.querySelector("[data-confirm], a")?.focus();
  });
}

// A form that was asked for is put away again; the statement that it belongs to goes on.
document.addEventListener("click", (event) => {
  const entry = event.target.closest("[data-leave]")?.closest(".desk-main .st-entry");
  if (!entry) return;
  event.preventDefault();
  const row = entry.previousElementSibling;
  entry.replaceChildren();
  goTo(row);
});

function goTo(row) {
  const radio = row.querySelector("input[type=radio]:checked") ?? row.querySelector("input[type=radio]");
  (radio ?? row).focus({ preventScroll: true });
  const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
  row.scrollIntoView({ block: "center", behavior: smooth ? "smooth" : "auto" });
}

function move(step) {
  const link = document.querySelector(step > 0 ? "[data-step-next]" : "[data-step-previous]");
  if (link) {
    link.click(); // the focus view: one statement at a time
    return;
  }
  // What no longer matters is passed over, as the focus view does.
  const at = current();
  const all = rows().filter((row) => row === at || !row.hasAttribute("data-off"));
  const here = all.indexOf(at);
  const next = here < 0 ? all[0] : all[here + step];
  if (next) goTo(next);
}

function typing(target) {
  return target.isContentEditable || target.matches("textarea, select, input:not([type=radio], [type=checkbox])");
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || localStorage.getItem(KEYS_OFF)) return;
  const key = event.key.toLowerCase();
  if (key === "?") document.getElementById("keys-help").showModal();
  else if (key === "j") move(1);
  else if (key === "k") move(-1);
  else if (key in VALUES) answer(VALUES[key]);
  else if (key === "c") comment();
  else if (key === "f") current()?.querySelector("[data-confirm]")?.click();
  else if (key === "v") current()?.querySelector(".st-enter")?.click();
  else return;
  event.preventDefault();
}

function answer(value) {
  const radio = current()?.querySelector(`input[type=radio][value="${value}"]`);
  if (!radio || radio.disabled || !radio.checkVisibility()) return;
  radio.focus({ preventScroll: true });
  if (radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function comment() {
  const area = current()?.querySelector("textarea[name=comment]");
  if (!area) return;
  area.closest("details").open = true;
  area.focus();
}

function setUpHelp() {
  const help = document.getElementById("keys-help");
  const on = document.getElementById("keys-on");
  on.checked = !localStorage.getItem(KEYS_OFF);
  on.addEventListener("change", () => {
    if (on.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
  });
  help.querySelector("[data-close]").addEventListener("click", () => help.close());
  for (const button of document.querySelectorAll("[data-keys-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => help.showModal());
  }
}
