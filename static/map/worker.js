/* Beside the page: decodes the sites, clusters them, and mends the world's outlines, so that the page never waits.

   It is told {type: "start" | "sites" | "view" | "find" | "land", ...} and answers with the same type. */
"use strict";

const FARTHEST = 10; // the nearest that one can zoom in
const MOST_OF_A_PLACE = 100;
const FAN_ZOOM = 5; // from here on, the sites of one place stand apart, on a circle around it
const MOST_IN_A_FAN = 12;
const PIN = 28; // pixels
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* {statuses, lat, lon, rough, first, ids, status}: places, and the sites of place p from first[p] on; of too many
   sites {statuses, lat, lon, mix, ids}, where ids is empty, and mix has how many of each status are at each place */
let sites = null;
let clusters = null;
const lands = {};

onmessage = async ({ data }) => {
  try {
    const answer = await answers[data.type](data);
    postMessage({ ...answer, type: data.type, turn: data.turn });
  } catch (error) {
    postMessage({ type: "failed", what: data.type, turn: data.turn, reason: String(error) });
  }
};

const answers = {
  start({ scripts }) {
    importScripts(...scripts);
    return {};
  },

  async sites({ address }) {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${response.status} ${address}`);
    sites = decoded(await response.json());
    clusters = new Supercluster({
      radius: 72,
      maxZoom: FARTHEST,
      map: ({ place }) => ({ counts: countsOf(place) }),
      reduce: (sum, { counts }) => {
        sum.counts = sum.counts.map((number, status) => number + counts[status]);
      },
    });
    clusters.load(
      Array.from(sites.lat, (lat, place) => ({
        type: "Feature",
        properties: { place },
        geometry: { type: "Point", coordinates: [sites.lon[place], lat] },
      })),
    );
    return { statuses: sites.statuses, bounds: bounds() };
  },

  view({ zoom, box }) {
    const found = clusters ? clusters.getClusters(box, Math.floor(zoom)) : [];
    return { nodes: apart(found.map(node), zoom).map((one) => ({ ...one, ...extent(one, zoom) })) };
  },

  find({ site }) {
    const at = sites ? sites.ids.indexOf(site) : -1;
    if (at < 0) return { site, point: null };
    const place = sites.first.findIndex((first, index) => first <= at && at < sites.first[index + 1]);
    return { site, point: [sites.lat[place], sites.lon[place]] };
  },

  async land({ scale, address, box }) {
    lands[scale] ??= outlines(address);
    const all = await lands[scale];
    const pieces = all.filter((piece) => !piece.sent && meet(piece.box, box));
    for (const piece of pieces) piece.sent = true;
    return { scale, pieces };
  },
};

function decoded(columns) {
  const lat = summed(columns.lat, columns.precision);
  const lon = summed(columns.lon, columns.precision);
  if (columns.mix) return { statuses: columns.statuses, lat, lon, mix: columns.mix, ids: [] };
  const first = new Uint32Array(lat.length + 1);
  columns.count.forEach((count, place) => {
    first[place + 1] = first[place] + count;
  });
  const value = new Uint8Array(128);
  for (let letter = 0; letter < 64; letter += 1) value[LETTERS.charCodeAt(letter)] = letter;
  const total = first[lat.length];
  const ids = new Float64Array(total);
  const status = new Uint8Array(total);
  for (let site = 0, at = 0; site < total; site += 1) {
    for (let digit = 0; digit < columns.digits; digit += 1, at += 1) {
      ids[site] = ids[site] * 64 + value[columns.id.charCodeAt(at)];
    }
    status[site] = value[columns.status.charCodeAt(site)];
  }
  return { statuses: columns.statuses, rough: columns.rough, lat, lon, first, ids, status };
}

function summed(differences, precision) {
  let sum = 0;
  return Float64Array.from(differences, (difference) => {
    sum += difference;
    return sum / precision;
  });
}

function countsOf(place) {
  const { length } = sites.statuses;
  if (sites.mix) return sites.mix.slice(place * length, (place + 1) * length);
  const counts = sites.statuses.map(() => 0);
  for (let site = sites.first[place]; site < sites.first[place + 1]; site += 1) counts[sites.status[site]] += 1;
  return counts;
}

function sitesOf(place) {
  const found = [];
  for (let site = sites.first[place]; site < sites.first[place + 1]; site += 1) {
    found.push({ id: sites.ids[site], status: sites.status[site], rough: sites.rough[place] === "1" });
  }
  return found;
}

/* What is to be drawn as one: a place, or a cluster. With `sites` it cannot be taken apart by zooming in; `closed`
   where its sites are too many to be told apart at all. */
function node({ id, properties, geometry }) {
  const [lon, lat] = geometry.coordinates;
  const counts = properties.counts ?? countsOf(properties.place);
  const total = counts.reduce((sum, number) => sum + number, 0);
  if (!properties.cluster) {
    return { key: `p${properties.place}`, lat, lon, counts, total, zoom: 0, closed: Boolean(sites.mix),
      sites: sites.mix ? null : sitesOf(properties.place).slice(0, MOST_OF_A_PLACE) };
  }
  const zoom = clusters.getClusterExpansionZoom(id);
  const together = zoom > FARTHEST && !sites.mix && clusters.getLeaves(id, MOST_OF_A_PLACE).flatMap((leaf) => sitesOf(leaf.properties.place));
  return { key: `c${id}`, lat, lon, counts, total, zoom, closed: false,
    sites: together ? together.slice(0, MOST_OF_A_PLACE) : null };
}

/* How wide a node is drawn, in pixels, and whether its sites fan out; `reach` is how far from their place. */
function extent({ total, sites: each }, zoom) {
  if (total === 1 && each) return { size: PIN, reach: 0, fanned: false };
  if (each && total <= MOST_IN_A_FAN && zoom >= FAN_ZOOM) {
    const reach = Math.max(26, (total * (PIN + 6)) / (2 * Math.PI));
    return { size: 2 * reach + PIN, reach, fanned: true };
  }
  return { size: 34 + Math.min(22, Math.round(10 * Math.log10(total))), reach: 0, fanned: false };
}

/* Clusters move to the middle of what is in them, and may end up on one another: those become one. */
function apart(nodes, zoom) {
  const left = [...nodes];
  for (let one = 0; one < left.length; one += 1) {
    for (let other = left.length - 1; other > one; other -= 1) {
      const room = (extent(left[one], zoom).size + extent(left[other], zoom).size) / 2;
      if (distance(left[one], left[other], zoom) < room + 2) {
        left[one] = merged(left[one], left[other], zoom);
        left.splice(other, 1);
        other = left.length; // what was apart before may not be any more
      }
    }
  }
  return left;
}

function merged(one, other, zoom) {
  const total = one.total + other.total;
  const middle = (axis) => (one[axis] * one.total + other[axis] * other.total) / total;
  return {
    key: `${one.key}+${other.key}`, lat: middle("lat"), lon: middle("lon"), total, zoom: 0, closed: Boolean(sites.mix) && zoom >= FARTHEST,
    counts: one.counts.map((number, status) => number + other.counts[status]),
    sites: zoom >= FARTHEST && !sites.mix ? [...one.sites, ...other.sites].slice(0, MOST_OF_A_PLACE) : null,
  };
}

function distance(one, other, zoom) {
  const scale = 256 * 2 ** zoom;
  const y = ({ lat }) => Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI);
  return scale * Math.hypot((one.lon - other.lon) / 360, y(one) - y(other));
}

function bounds() {
  if (!sites.lat.length) return null;
  let [south, west, north, east] = [90, 180, -90, -180];
  for (let place = 0; place < sites.lat.length; place += 1) {
    south = Math.min(south, sites.lat[place]);
    north = Math.max(north, sites.lat[place]);
    west = Math.min(west, sites.lon[place]);
    east = Math.max(east, sites.lon[place]);
  }
  return [[south, west], [north, east]];
}

/* --- The outlines of the countries --- */

async function outlines(address) {
  const atlas = await (await fetch(address)).json();
  return topojson.feature(atlas, atlas.objects.countries).features.flatMap(({ properties, geometry }) => {
    if (!geometry) return [];
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const pieces = polygons.flatMap(split).map((rings) => ({ rings, box: boxOf(rings[0]), name: "", sent: false }));
    if (pieces.length) pieces.reduce((one, other) => (area(one.box) < area(other.box) ? other : one)).name = properties.name;
    return pieces;
  });
}

/* A polygon across the antimeridian jumps from 180 to -180, and would be drawn around the whole world: lay it
   out in one piece, and cut it into what lies within the map's edges. */
function split(polygon) {
  const laid = polygon.map(unrolled);
  const [west, , east] = boxOf(laid[0]);
  const turns = [0];
  if (east > 180) turns.push(-360);
  if (west < -180) turns.push(360);
  return turns
    .map((turn) => laid.map((ring) => cut(cut(ring.map(([lon, lat]) => [lon + turn, lat]), -180, 1), 180, -1)))
    .map((rings) => rings.filter((ring) => ring.length > 2))
    .filter((rings) => rings.length);
}

function unrolled(ring) {
  let turn = 0;
  const laid = ring.map(([lon, lat], index) => {
    const step = index ? lon - ring[index - 1][0] : 0;
    if (step > 180) turn -= 360;
    if (step < -180) turn += 360;
    return [lon + turn, lat];
  });
  if (turn) {
    // Around a pole, as Antarctica: closed along it.
    const pole = ring[0][1] < 0 ? -90 : 90;
    laid.push([laid.at(-1)[0], pole], [laid[0][0], pole]);
  }
  return laid;
}

/* What of a ring lies east (side 1) or west (side -1) of a meridian. */
function cut(ring, meridian, side) {
  const kept = [];
  ring.forEach(([lon, lat], index) => {
    const [before, latBefore] = ring.at(index - 1);
    const inside = (lon - meridian) * side >= 0;
    if (inside !== (before - meridian) * side >= 0) {
      kept.push([meridian, latBefore + ((lat - latBefore) * (meridian - before)) / (lon - before)]);
    }
    if (inside) kept.push([lon, lat]);
  });
  return kept;
}

function boxOf(ring) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of ring) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

function area([west, south, east, north]) {
  return (east - west) * (north - south);
}

function meet(one, other) {
  return one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3];
}
