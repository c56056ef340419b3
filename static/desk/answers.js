/* Autosave of the checklist. htmx posts each statement's small form; this module says what is sent (operation id, client,
   sequence, revision it was based on), keeps what the server has not acknowledged, and sends it again.

   What waits is in sessionStorage under the person and the screening it belongs to: the statement's identifier and the
   value, never free text. A client lives as long as the page does: a duplicated tab copies the storage, and two tabs that
   count the same client's sequence would have one of them silently superseded. */

const desk = document.querySelector("[data-desk]");
const RETRY_FIRST = 1000;
const RETRY_LONGEST = 30000;

if (desk && "answerUrl" in desk.dataset) start();

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // where the page is not served over TLS
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function start() {
  const text = desk.dataset;
  const banner = document.getElementById("saving");
  const spare = document.getElementById("spare");
  const dialog = document.getElementById("sign-in");
  const place = `desk:${text.user}:${text.screening}`;
  const client = newId();
  const waiting = new Map(Object.entries(JSON.parse(sessionStorage.getItem(place) || "{}")));
  const onTheWay = new Map(); // identifier -> operation id in flight
  let sequence = 0;
  let failures = 0;
  let timer = 0;
  let signedOut = false;
  let unreachable = false;
  let trouble = ""; // what was said last about an answer that could not be kept

  htmx.config.timeout = 15000;

  const formOf = (identifier) =>
    Array.from(document.forms).find((form) => form.dataset.answer === identifier);
  const open = () => [...waiting].filter(([, entry]) => !entry.held);

  /* --- What waits --- */

  function keep() {
    if (waiting.size) sessionStorage.setItem(place, JSON.stringify(Object.fromEntries(waiting)));
    else sessionStorage.removeItem(place);
    show();
  }

  function note(form) {
    const value = new FormData(form).get("value");
    if (!value) return null;
    const identifier = form.dataset.answer;
    waiting.set(identifier, {
      op: newId(),
      client,
      sequence: ++sequence,
      value,
      base: form.elements.base?.value ?? "0",
      version: text.version,
      facts: form.elements.facts?.value ?? "",
      ...(commentChanged(form) && { comment: true }), // that there was one, never its words
    });
    trouble = "";
    keep();
    return identifier;
  }

  function commentChanged(form) {
    const area = form.elements.comment;
    return Boolean(area) && area.value !== area.defaultValue;
  }

  function choose(form, value) {
    for (const radio of form.querySelectorAll('input[type="radio"]')) radio.checked = radio.value === value;
  }

  /* --- What the banner says --- */

  function say(words, state, action) {
    const line = `${state}|${words}`;
    if (banner.dataset.line === line) return;
    banner.dataset.line = line;
    banner.dataset.state = state;
    banner.replaceChildren(words, ...(action ? [" ", action] : []));
  }

  function link(words, identifier) {
    const anchor = document.createElement("a");
    const here = formOf(identifier);
    anchor.href = `${here ? "" : location.pathname}#c-${identifier}`;
    anchor.textContent = words;
    return anchor;
  }

  function signInButton() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-primary";
    button.textContent = text.tSignIn;
    button.addEventListener("click", () => askToSignIn());
    return button;
  }

  function counted(one, many, count) {
    return (count === 1 ? one : many).replace("{n}", count);
  }

  function show() {
    const held = [...waiting].find(([, entry]) => entry.held);
    const count = open().length;
    const late = unreachable || signedOut || failures > 0;
    for (const form of document.querySelectorAll("form[data-answer]")) {
      form.toggleAttribute("data-waiting", late && waiting.has(form.dataset.answer));
    }
    if (trouble) say(trouble, "trouble");
    else if (signedOut) say(counted(text.tSignedOutOne, text.tSignedOutMany, waiting.size), "waiting", signInButton());
    else if (count && late) say(counted(text.tWaitingOne, text.tWaitingMany, count), "waiting");
    else if (held) say(text.tHeld, "held", link(text.tHeldLink, held[0]));
    else if (count) say(text.tSaving, "saving");
    else if (text.savedAt) say(text.tSaved.replace("{time}", text.savedAt), "saved");
    else say(text.tReady, "ready");
  }

  /* --- Sending --- */

  function flush() {
    clearTimeout(timer);
    timer = 0;
    if (signedOut) return;
    let spareUsed = onTheWay.has(spare.dataset.answer);
    for (const [identifier] of open()) {
      if (onTheWay.has(identifier)) continue;
      const form = formOf(identifier);
      if (form) {
        htmx.trigger(form, "resend");
      } else if (!spareUsed) {
        // A statement that is not on this page: one after the other through the spare form.
        spareUsed = true;
        spare.dataset.answer = identifier;
        htmx.trigger(spare, "resend");
      }
    }
    if (open().length && !timer) timer = setTimeout(flush, RETRY_LONGEST);
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(flush, Math.min(RETRY_FIRST * 2 ** failures, RETRY_LONGEST));
    failures += 1;
  }

  document.addEventListener(
    "change",
    (event) => {
      const form = event.target.closest?.("form[data-answer]");
      if (!form) return;
      // A reason is sent with its button: on leaving the field it would be sent twice.
      if (event.target.name === "reason" || event.target.dataset.byButton !== undefined) {
        event.stopPropagation();
      } else if (!note(form)) {
        event.stopPropagation();
        trouble = text.tAnswerFirst;
        show();
      }
    },
    true,
  );

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest?.("form[data-answer]");
      if (form && form !== spare && !note(form)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    true,
  );

  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt;
    if (!form.matches("form[data-answer]")) return;
    const identifier = form.dataset.answer;
    const entry = waiting.get(identifier);
    if (!entry) {
      event.preventDefault(); // acknowledged meanwhile: nothing is left to say
      return;
    }
    if (form === spare) event.detail.path = text.answerUrl.replace("IDENTIFIER", encodeURIComponent(identifier));
    const sent = event.detail.parameters;
    sent.value = entry.value;
    sent.operation = entry.op;
    sent.client = entry.client;
    sent.sequence = entry.sequence;
    sent.base = entry.base;
    sent.version = entry.version;
    sent.facts = entry.facts;
    if (form === spare) sent.elsewhere = "1"; // its line is not on this page
    if (!commentChanged(form)) delete sent.comment;
    onTheWay.set(identifier, entry.op);
  });

  // What the server says of a refused answer belongs in the row, too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!event.detail.requestConfig?.elt?.matches("form[data-answer]")) return;
    const status = event.detail.xhr.status;
    if (status === 409 || status === 422) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, requestConfig } = event.detail;
    const form = requestConfig?.elt;
    if (!form?.matches("form[data-answer]")) return;
    const operation = requestConfig.parameters.operation;
    const identifier = [...onTheWay].find(([, op]) => op === operation)?.[0] ?? form.dataset.answer;
    onTheWay.delete(identifier);
    const entry = waiting.get(identifier);
    const last = entry?.op === operation;
    const status = xhr.status;
    unreachable = status === 0;
    if (status >= 200 && status < 300) {
      if (last) waiting.delete(identifier);
      if (form.elements.comment && "comment" in requestConfig.parameters) {
        form.elements.comment.defaultValue = requestConfig.parameters.comment;
      }
      text.savedAt = xhr.getResponseHeader("X-Saved-At") || text.savedAt;
      failures = 0;
      if (open().length) setTimeout(flush);
    } else if (status === 401) {
      signedOut = true; // asked for below, as for everything else
    } else if (status === 409 || status === 422) {
      if (last && xhr.getResponseHeader("X-Answer") === "refused") {
        waiting.delete(identifier);
        trouble = text.tRefused;
      } else if (last) {
        entry.held = true;
      }
    } else if (status === 403 && last && !entry.renewed) {
      entry.renewed = true; // once: the token may be an old one, of before somebody signed in elsewhere
      renew();
    } else if (status === 0 || status === 429 || status >= 500) {
      later();
    } else {
      if (last) waiting.delete(identifier);
      trouble = text.tRefused;
    }
    keep();
  });

  // Anything else of the page that htmx fetched with a session that has ended.
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 401) return;
    signedOut = true;
    askToSignIn();
  });

  // Who is asked for a reason can type it at once, and goes on from the same statement afterwards; but only who
  // is still there: focus is never taken away from another one.
  document.addEventListener("htmx:afterSettle", (event) => {
    const form = event.detail.requestConfig?.elt;
    if (!form?.matches("form[data-answer]") || form === spare) return;
    if (form.elements.reason && form.contains(document.activeElement)) form.elements.reason.focus();
    else if (document.activeElement === document.body && form.hasAttribute("data-current")) focusOn(form);
  });

  // What the facts propose, confirmed: chosen like any answer, and sent by the button that was pressed.
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("[data-confirm]");
      if (button) choose(button.form, button.dataset.confirm);
    },
    true,
  );

  function focusOn(form) {
    const radio = form.querySelector("input[type=radio]:checked") ?? form.querySelector("input[type=radio]");
    radio?.focus({ preventScroll: true });
  }

  /* --- "Keep theirs": the radios go back, and the server's status is fetched by the button itself --- */

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keep]");
    if (!button) return;
    const form = button.closest("form[data-answer]");
    waiting.delete(form.dataset.answer);
    choose(form, button.dataset.keep);
    focusOn(form);
    trouble = "";
    keep();
  });

  /* --- Signing in again, in place --- */

  function askToSignIn() {
    show();
    if (!dialog.open) dialog.showModal();
  }

  async function session() {
    const response = await fetch(text.sessionUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
    return response.json();
  }

  async function renew() {
    try {
      const now = await session();
      if (!now.user) {
        signedOut = true;
        askToSignIn();
      } else if (String(now.user) !== text.user) {
        location.reload(); // somebody else: what waits here is not theirs, and stays where it is
      } else {
        takeToken(now.csrf);
        flush();
      }
    } catch {
      later();
    }
  }

  function takeToken(token) {
    for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  }

  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const error = form.querySelector("[data-error]");
    error.textContent = "";
    try {
      const sent = new FormData(form);
      sent.set("csrfmiddlewaretoken", (await session()).csrf);
      await fetch(form.action, { method: "POST", body: sent });
      const now = await session();
      if (!now.user) {
        error.textContent = text.tSignInFailed;
        form.querySelector("[type=password]").select();
        return;
      }
      form.reset();
      signedOut = false;
      dialog.close();
      await renew();
      show();
    } catch {
      error.textContent = text.tUnreachable;
    }
  });

  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());

  /* --- Coming, going, coming back --- */

  window.addEventListener("online", flush);
  window.addEventListener("offline", () => {
    unreachable = true;
    show();
  });
  window.addEventListener("beforeunload", (event) => {
    if (waiting.size || unsentComment()) event.preventDefault();
  });

  function unsentComment() {
    return Array.from(document.forms).some((form) => form.dataset.answer && commentChanged(form));
  }

  function restore() {
    for (const [identifier, entry] of waiting) {
      delete entry.held;
      delete entry.renewed;
      if (entry.comment) trouble = text.tCommentLost;
      delete entry.comment;
      const form = formOf(identifier);
      if (form) choose(form, entry.value);
    }
    show();
    flush();
  }

  // In the focus view another statement's form may arrive while its answer waits.
  document.addEventListener("htmx:afterSettle", (event) => {
    for (const form of event.target.querySelectorAll?.("form[data-answer]") ?? []) {
      const entry = waiting.get(form.dataset.answer);
      if (entry) choose(form, entry.value);
    }
    show();
  });

  // Answered before this file listened, as patience.js says.
  function takeEarly() {
    for (const form of document.querySelectorAll("form.st[data-answer]")) {
      const chosen = form.querySelector("[name=value]:checked");
      const commented = commentChanged(form) && form.elements.comment !== document.activeElement;
      if (commented || (chosen && !chosen.defaultChecked)) {
        (chosen ?? form).dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
  }

  // htmx takes up its elements on this event, with a listener that stands before this one.
  document.addEventListener("DOMContentLoaded", () => {
    takeEarly();
    restore();
  });
}
