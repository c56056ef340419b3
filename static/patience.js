/* What somebody does while the page is not ready for it, kept until it is.

   Before htmx listens, which may be seconds after the page is shown. Back and forward load a page anew, as htmx keeps no
   copies. Whoever goes on before htmx listens to them on the new page changes its address and nothing else, so an address
   that is not the one that was loaded is loaded. A field that was filled in and left meanwhile is said to have changed
   once more. Only in forms that say `autocomplete="off"`: there a browser fills in nothing of its own after a reload, so
   it was somebody who did. Answers have their own keeper (desk/answers.js).

   During a press. Leaving a field by pressing a button makes htmx ask at once, and the answer may move the button away
   before it is let go: the click is then nobody's. So what is answered during a press is shown at its end. A press whose
   end is never told (a scrollbar's, in some browsers) holds nothing longer than a second. */

const LONGEST_PRESS = 1000;

addEventListener("DOMContentLoaded", () => {
  const loaded = new URL(performance.getEntriesByType("navigation")[0].name);
  if (loaded.pathname + loaded.search !== location.pathname + location.search) return location.reload();
  for (const field of document.querySelectorAll("form[autocomplete=off] :is(input, select, textarea)")) {
    if (!field.closest("[data-answer]") && isChanged(field)) field.dispatchEvent(new Event("change", { bubbles: true }));
  }
});

function isChanged(field) {
  if (field.type === "radio") return field.checked && !field.defaultChecked;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.matches("select")) {
    const chosen = Array.from(field.options).findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(chosen, 0);
  }
  // What is still being typed says so itself when it is left; but a search is made while one types.
  const typing = field === document.activeElement && !field.matches("[type=search], [data-as-typed]");
  return !typing && field.value !== field.defaultValue;
}

let pressed = false;
let longest;
const held = [];

addEventListener(
  "pointerdown",
  () => {
    pressed = true;
    clearTimeout(longest);
    longest = setTimeout(letGo, LONGEST_PRESS);
  },
  true,
);

for (const name of ["pointerup", "pointercancel"]) {
  addEventListener(
    name,
    () => {
      pressed = false;
      setTimeout(letGo); // after the click, which comes in the same turn
    },
    true,
  );
}

function letGo() {
  clearTimeout(longest);
  pressed = false;
  for (const show of held.splice(0)) show();
}

document.addEventListener("htmx:beforeSend", ({ detail: { xhr } }) => {
  const show = xhr.onload;
  xhr.onload = () => {
    if (pressed) held.push(show);
    else show();
  };
});
