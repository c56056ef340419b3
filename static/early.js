/* What somebody did before htmx listened, which may be seconds after the page is shown.

   Back and forward load a page anew, as htmx keeps no copies. Whoever goes on before htmx listens to them on the new
   page changes its address and nothing else, so an address that is not the one that was loaded is loaded.

   A field that was filled in and left meanwhile is said to have changed once more. Only in forms that say
   `autocomplete="off"`: there a browser fills in nothing of its own after a reload, so it was somebody who did. */

addEventListener("DOMContentLoaded", () => {
  const loaded = new URL(performance.getEntriesByType("navigation")[0].name);
  if (loaded.pathname + loaded.search !== location.pathname + location.search) return location.reload();
  for (const field of document.querySelectorAll("form[autocomplete=off] :is(input, select, textarea)")) {
    if (isChanged(field)) field.dispatchEvent(new Event("change", { bubbles: true }));
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
