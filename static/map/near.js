/* The map of a long page: fetched when its reader comes near it, into room that is kept for it. */

const frame = document.getElementById("map");

new IntersectionObserver((seen, observer) => {
  if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
  observer.disconnect();
  start();
}, { rootMargin: "400px" }).observe(frame);

async function start() {
  const parts = frame.dataset.styles.split(" ").map((href) => added("link", { rel: "stylesheet", href }));
  await Promise.all([...parts, added("script", { src: frame.dataset.leaflet })]);
  await import(frame.dataset.map);
}

function added(tag, attributes) {
  const element = Object.assign(document.createElement(tag), attributes);
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve);
    element.addEventListener("error", reject);
    document.head.append(element);
  });
}
