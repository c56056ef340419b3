/* A press ends where it began. Leaving a field by pressing a button makes htmx ask at once, and the answer may move the
   button away before it is let go: the click is then nobody's. So what is asked during a press is sent at its end. One
   whose end is never told (a scrollbar's, in some browsers) holds nothing longer than a second. */

const LONGEST = 1000;

let pressed = false;
let longest;
const held = [];

function end() {
  clearTimeout(longest);
  pressed = false;
  for (const send of held.splice(0)) send();
}

addEventListener(
  "pointerdown",
  () => {
    pressed = true;
    clearTimeout(longest);
    longest = setTimeout(end, LONGEST);
  },
  true,
);

// The click comes after both, in the same turn.
for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => setTimeout(end), true);

document.addEventListener("htmx:confirm", (event) => {
  if (!pressed) return;
  event.preventDefault();
  held.push(() => event.detail.issueRequest());
});
