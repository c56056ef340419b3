/* The map of sites. What it draws comes from worker.js; what it says, from the page. The table beside it says the
   same, so nothing here is the only way to anything. */

const NEAR = 5; // from this zoom on, outlines are finer and the sites of one place stand apart
const WORLD = [[-58, -165], [74, 178]];
const EDGES = [[-62, -180], [84, 180]];

const { L } = window;
const frame = document.getElementById("map");
const { statuses, words, ...settings } = JSON.parse(frame.dataset.settings);
const worker = new Worker(frame.dataset.worker);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const map = L.map(frame, {
  zoomControl: false, attributionControl: false, minZoom: 0, maxZoom: 10, zoomSnap: 0.25, zoomDelta: 1,
  maxBounds: EDGES, maxBoundsViscosity: 1, fadeAnimation: false, zoomAnimation: !still, inertia: !still,
});
const drawn = new Map(); // a node's key to its layers
const names = new Map(); // a site's number to what it is called
const waiting = new Map(); // what the worker was asked, by turn
let known = []; // the statuses of the sites, in the order of their counts
let everything = WORLD;
let turn = 0;

frame.dataset.state = "loading";
document.documentElement.classList.add("has-map");
for (const [pane, z] of [["land", 200], ["fine", 210], ["names", 300]]) {
  map.createPane(pane).style.zIndex = z;
}
map.getPane("names").setAttribute("aria-hidden", "true");
map.getPane("fine").classList.add("hidden");
L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
addButtonForAll();
// A fraction of a zoom, so that the whole world is seen and not more.
map.setMinZoom(Math.max(0, Math.floor(4 * Math.log2(map.getSize().x / 256)) / 4));
map.fitBounds(WORLD, { animate: false });

worker.onmessage = ({ data }) => {
  const tell = waiting.get(data.turn);
  waiting.delete(data.turn);
  if (data.type === "failed" && data.what !== "land") fail(); // without outlines the sites still stand there
  tell?.(data);
};
worker.onerror = fail;

function ask(type, question = {}) {
  return new Promise((resolve) => {
    turn += 1;
    waiting.set(turn, resolve);
    worker.postMessage({ type, turn, ...question });
  });
}

const absolute = (address) => new URL(address, location.href).href;

ask("start", { scripts: [frame.dataset.clusters, frame.dataset.topology].map(absolute) });
drawLand();
load(true);
map.on("movestart", () => frame.setAttribute("aria-busy", "true"));
map.on("moveend", () => {
  draw();
  drawLand();
});

/* --- Sites --- */

async function load(first = false) {
  const { sites } = (document.querySelector("#results[data-sites]") ?? frame).dataset;
  if (!first && frame.dataset.shown === sites) return;
  frame.dataset.shown = sites;
  frame.dataset.state = "loading";
  frame.querySelector(".map-failed")?.remove();
  const { bounds, statuses: found } = await ask("sites", { address: absolute(sites) });
  if (frame.dataset.shown !== sites || !found) return;
  known = found;
  everything = bounds ?? WORLD;
  map.closePopup();
  clear();
  showAll();
  await draw();
  frame.dataset.state = "ready";
  performance.mark("first clusters");
  if (first && settings.focus) goTo(settings.focus);
}

function showAll() {
  map.fitBounds(everything, { padding: [30, 30], maxZoom: 6, animate: false });
}

function clear() {
  for (const layers of drawn.values()) layers.remove();
  drawn.clear();
}

async function draw() {
  const zoom = map.getZoom();
  const box = map.getBounds().pad(0.2);
  const { nodes, turn: answered } = await ask("view", {
    zoom, box: [Math.max(-180, box.getWest()), box.getSouth(), Math.min(180, box.getEast()), box.getNorth()],
  });
  if (!nodes || answered < draw.last) return;
  draw.last = answered;
  // What stands apart by so many pixels is laid anew at each zoom.
  const keyOf = ({ key, fanned }) => `${frame.dataset.shown} ${key}${fanned ? ` at ${zoom}` : ""}`;
  const wanted = new Map(nodes.map((node) => [keyOf(node), node]));
  for (const [key, layers] of drawn) {
    if (!wanted.has(key)) {
      layers.remove();
      drawn.delete(key);
    }
  }
  for (const [key, node] of wanted) {
    if (!drawn.has(key)) drawn.set(key, L.layerGroup(layersOf(node)).addTo(map));
  }
  await nameMarkers();
  if (answered === draw.last) frame.removeAttribute("aria-busy");
}
draw.last = 0;

function layersOf(node) {
  const middle = L.latLng(node.lat, node.lon);
  if (node.total === 1 && node.sites) return [siteMarker(node.sites[0], middle)];
  if (!node.fanned) return [stackMarker(node, middle)];
  const center = map.latLngToLayerPoint(middle);
  return node.sites.flatMap((site, index) => {
    const angle = (2 * Math.PI * index) / node.total - Math.PI / 2;
    const end = map.layerPointToLatLng(center.add([node.reach * Math.cos(angle), node.reach * Math.sin(angle)]));
    const leg = L.polyline([middle, end], { className: "map-leg", interactive: false });
    return [leg, siteMarker(site, end)];
  });
}

function siteMarker(site, at) {
  const status = statuses[known[site.status]] ?? statuses[""];
  const glyph = element("span", `pin look-${status.look}${site.rough ? " rough" : ""}`, status.glyph);
  glyph.setAttribute("aria-hidden", "true");
  const marker = newMarker(at, glyph, 28, (byKey) => openSite(site.id, marker.getLatLng(), byKey ? marker.getElement() : null));
  marker.site = site.id;
  marker.describe = () => {
    const name = names.get(site.id);
    const parts = [name, status.word, site.rough ? words.approximate : ""].filter(Boolean);
    describe(marker, parts.join(": "), [name, `${status.glyph} ${status.word}`, site.rough ? words.approximate : ""]);
  };
  return marker;
}

function stackMarker(node, at) {
  const shown = element("span", "cluster");
  shown.append(ring(node), element("span", "cluster-number", String(node.total)));
  const marker = newMarker(at, shown, node.size, (byKey) => open(node, at, byKey));
  const mix = known
    .map((value, index) => ({ status: statuses[value] ?? statuses[""], number: node.counts[index] }))
    .filter(({ number }) => number)
    .sort((one, other) => other.number - one.number);
  const total = totalOf(node);
  marker.describe = () => describe(
    marker,
    `${total}: ${mix.map(({ status, number }) => `${number} ${status.word}`).join(", ")}`,
    [total, ...mix.map(({ status, number }) => `${status.glyph} ${status.word}: ${number}`)],
  );
  return marker;
}

function totalOf({ total }) {
  return total === 1 ? words.site : words.sites.replace("%(n)s", total);
}

/* A ring of the colours of the statuses, each as long as its share. */
function ring(node) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 40 40");
  svg.setAttribute("aria-hidden", "true");
  let from = 0;
  node.counts.forEach((number, index) => {
    if (!number) return;
    const share = (100 * number) / node.total;
    const part = document.createElementNS(svg.namespaceURI, "circle");
    const look = (statuses[known[index]] ?? statuses[""]).look;
    for (const [name, value] of Object.entries({
      cx: 20, cy: 20, r: 17, pathLength: 100, class: `look-${look}`,
      "stroke-dasharray": share < 100 ? `${Math.max(1, share - 1.5)} 100` : "none", "stroke-dashoffset": -from,
    })) part.setAttribute(name, value);
    svg.append(part);
    from += share;
  });
  return svg;
}

function newMarker(at, html, size, activate) {
  const icon = L.divIcon({ html, className: "map-marker", iconSize: [size, size] });
  const marker = L.marker(at, { icon, riseOnHover: true });
  marker.on("click", ({ originalEvent }) => activate(originalEvent?.detail === 0));
  marker.on("add", () => {
    marker.describe();
    marker.getElement().addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      activate(true);
    });
  });
  return marker;
}

function describe(marker, name, lines) {
  const tip = element("div", "map-tip");
  tip.append(...lines.filter(Boolean).map((line) => element("div", "", line)));
  marker.unbindTooltip().bindTooltip(tip, { direction: "top", offset: [0, -14], opacity: 1 });
  const shown = marker.getElement();
  shown?.setAttribute("aria-label", name);
  shown?.setAttribute("role", "button");
}

/* Names are asked for when their markers are in view. */
async function nameMarkers() {
  const inView = () => [...drawn.values()].flatMap((group) => group.getLayers()).filter((layer) => layer.site);
  const unnamed = [...new Set(inView().map(({ site }) => site))].filter((site) => !names.has(site)).slice(0, 100);
  if (!unnamed.length) return;
  for (const site of unnamed) names.set(site, ""); // asked for
  const response = await fetch(`${settings.labels}?${new URLSearchParams(unnamed.map((site) => ["site", site]))}`);
  if (!response.ok) return;
  for (const [site, name] of Object.entries(await response.json())) names.set(Number(site), name);
  for (const marker of inView()) {
    if (marker.getElement()) marker.describe();
  }
}

/* --- What a marker opens --- */

function open(node, at, byKey) {
  if (node.sites && map.getZoom() >= NEAR) {
    const query = new URLSearchParams(node.sites.map(({ id }) => ["site", id]));
    openPopup(() => part(`${settings.stack}?${query}`), at, byKey ? document.activeElement : null);
    return;
  }
  if (node.closed && map.getZoom() >= NEAR) {
    openPopup(() => noteOf(node), at, byKey ? document.activeElement : null);
    return;
  }
  const zoom = Math.max(node.sites || node.closed ? NEAR : node.zoom, map.getZoom() + 1);
  if (byKey) map.once("moveend", async () => {
    await draw();
    nearest(at)?.focus({ preventScroll: true });
  });
  map.setView(at, Math.min(zoom, map.getMaxZoom()), { animate: !byKey && !still });
}

function nearest(at) {
  const markers = [...drawn.values()].flatMap((group) => group.getLayers()).filter((layer) => layer.describe);
  const far = (marker) => marker.getLatLng().distanceTo(at);
  return markers.sort((one, other) => far(one) - far(other))[0]?.getElement();
}

function openSite(site, at, returnTo) {
  return openPopup(() => part(addressOf(site)), at, returnTo);
}

function addressOf(site) {
  return settings.site.replace("/0/", `/${site}/`);
}

async function part(address) {
  const response = await fetch(address, { headers: { "HX-Request": "true" } });
  if (!response.ok) throw new Error(response.status);
  const made = element("div");
  made.innerHTML = await response.text();
  return made;
}

function noteOf(node) {
  const made = element("div");
  made.append(element("h2", "", totalOf(node)), element("p", "", words.narrow));
  made.firstChild.tabIndex = -1;
  return made;
}

/* `fill` gives, at once or later, what the popup shows. */
async function openPopup(fill, at, returnTo) {
  const content = element("div", "map-popup", words.loading);
  const { x: width, y: height } = map.getSize();
  const popup = L.popup({
    maxWidth: Math.min(300, width - 100), minWidth: 180, maxHeight: height - 80, offset: [0, -6],
    autoPanPaddingTopLeft: [52, 12], autoPanPaddingBottomRight: [12, 12], // beside the buttons
  });
  popup.setLatLng(at).setContent(content).openOn(map);
  const box = popup.getElement();
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", words.details);
  const close = box.querySelector(".leaflet-popup-close-button");
  close.setAttribute("aria-label", words.close);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") map.closePopup(popup);
  });
  popup.once("remove", () => {
    if (box.contains(document.activeElement) || document.activeElement === document.body) back(returnTo, at);
  });
  try {
    content.replaceChildren(await fill());
  } catch {
    content.textContent = words.failed;
  }
  popup.update();
  const heading = content.querySelector("h2");
  if (heading) {
    heading.id = "map-popup-heading";
    box.setAttribute("aria-labelledby", heading.id);
  }
  (heading ?? close).focus({ preventScroll: true });
}

function back(returnTo, at) {
  if (returnTo?.isConnected) returnTo.focus({ preventScroll: true });
  else nearest(at)?.focus({ preventScroll: true });
}

/* As near as it takes for the site to have a marker of its own. */
async function goTo(site, returnTo = null) {
  const { point } = await ask("find", { site });
  if (!point && returnTo) location.assign(addressOf(site)); // one of too many
  if (!point) return;
  frame.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  let marker = null;
  for (let zoom = Math.max(map.getZoom(), NEAR + 1); !marker && zoom <= map.getMaxZoom(); zoom += 1) {
    map.setView(point, zoom, { animate: false });
    await draw();
    marker = [...drawn.values()].flatMap((group) => group.getLayers()).find((layer) => layer.site === site);
  }
  openSite(site, marker?.getLatLng() ?? L.latLng(point), returnTo ?? marker?.getElement());
}

/* --- The land --- */

async function drawLand() {
  const near = map.getZoom() >= NEAR;
  const box = map.getBounds().pad(0.3);
  const area = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  const scale = near ? "fine" : "coarse";
  const { pieces } = await ask("land", { scale, address: absolute(frame.dataset[scale]), box: near ? area : [-180, -90, 180, 90] });
  const pane = near ? "fine" : "land";
  let points = 0;
  for (const { rings, name, box: extent } of pieces ?? []) {
    const outline = rings.map((ring) => ring.map(([lon, lat]) => [lat, lon]));
    L.polygon(outline, { pane, className: "map-land", interactive: false, smoothFactor: 0.7 }).addTo(map);
    if (name && !near) countries.push({ name, extent });
    points += rings[0].length;
    if (points > 2000) {
      points = 0;
      await new Promise((resume) => setTimeout(resume)); // a coast is long, and a click must not wait for it
    }
  }
  map.getPane("fine").classList.toggle("hidden", !near);
  map.getPane("land").classList.toggle("hidden", near);
  nameCountries();
}

const countries = [];
const countryNames = L.layerGroup().addTo(map);

/* The names of countries that are wide enough for theirs. */
function nameCountries() {
  countryNames.clearLayers();
  const view = map.getBounds();
  for (const { name, extent: [west, south, east, north] } of countries) {
    const middle = [(south + north) / 2, (west + east) / 2];
    const room = map.latLngToLayerPoint([north, east]).x - map.latLngToLayerPoint([south, west]).x;
    if (room < 9 * name.length || !view.contains(middle)) continue;
    const icon = L.divIcon({ html: element("span", "", name), className: "map-country", iconSize: null });
    L.marker(middle, { icon, pane: "names", interactive: false, keyboard: false }).addTo(countryNames);
  }
}

/* --- The page around it --- */

function fail() {
  if (frame.dataset.state === "failed") return;
  frame.dataset.state = "failed";
  const note = element("p", "map-note map-failed", words.notLoaded);
  note.setAttribute("role", "alert");
  frame.append(note);
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function addButtonForAll() {
  const Control = L.Control.extend({
    options: { position: "topleft" },
    onAdd() {
      const bar = element("div", "leaflet-bar leaflet-control");
      const button = element("button", "map-all", "⤢");
      button.type = "button";
      button.title = words.all;
      button.setAttribute("aria-label", words.all);
      button.addEventListener("click", showAll);
      L.DomEvent.disableClickPropagation(bar);
      bar.append(button);
      return bar;
    },
  });
  new Control().addTo(map);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-to-marker]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goTo(Number(link.dataset.toMarker), link);
});

document.addEventListener("htmx:afterSettle", () => load());

// First as patience.js, which as a file would be one request too many here. Then, where the map was opened without a
// filter, the address says from now on what is shown.
addEventListener("DOMContentLoaded", () => {
  const loaded = new URL(performance.getEntriesByType("navigation")[0].name);
  if (loaded.pathname + loaded.search !== location.pathname + location.search) return location.reload();
  const { here } = document.getElementById("results")?.dataset ?? {};
  if (here && !location.search) history.replaceState(history.state, "", here + location.hash);
  const choices = [...document.querySelectorAll("#search input")];
  const early = choices.find(({ checked, defaultChecked }) => checked !== defaultChecked);
  early?.dispatchEvent(new Event("change", { bubbles: true }));
});
