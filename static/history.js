/* Back and forward load a page anew, as htmx keeps no copies. Whoever goes on before htmx listens to them on the new
   page changes its address and nothing else, so once htmx listens, an address that is not the one that was loaded
   is loaded. */

addEventListener("DOMContentLoaded", () => {
  const loaded = new URL(performance.getEntriesByType("navigation")[0].name);
  if (loaded.pathname + loaded.search !== location.pathname + location.search) location.reload();
});
