// The frame beside the ticket. The token stays in this closure: no cookie, no storage, and it is gone with the frame.
(() => {
  "use strict";

  const ASK_EVERY = 1000;
  const { body } = document;
  const ask = document.getElementById("ask");
  const place = document.getElementById("order");
  const line = document.getElementById("say");
  const again = document.getElementById("again");
  const orders = new URL(body.dataset.orders, location.href); // with connection and ticket
  const waitFor = body.dataset.waits * 1000;
  let token = "";
  let secret = null;
  let attempt = 0;
  let waitUntil = 0;
  let waiting = false;

  // The text is sent in the body: it may name a person, and a URL would stay in logs.
  const byText = (text) => ({ address: orders.href, method: "POST", body: new URLSearchParams({ q: text }) });
  const byAddress = (address) => ({ address, method: "GET" });

  let text = new URLSearchParams(location.search).get("q") || "";
  let shown = byText(text);

  // Setting the same words once more would announce them again.
  const say = (name) => {
    const words = name ? body.dataset[name] : "";
    if (line.textContent !== words) line.textContent = words;
  };

  const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  // Made before the click, because browsers open a window only while handling one.
  const makeSecret = async () => {
    const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    secret = { verifier, challenge: base64url(new Uint8Array(hash)) };
  };

  // The page in the address bar or, if the browser does not reveal that, the page around the frame.
  const origin = () => {
    const around = location.ancestorOrigins ? [...location.ancestorOrigins].at(-1) : undefined;
    if (around && around !== "null") return around;
    return document.referrer ? new URL(document.referrer).origin : body.dataset.onlyOrigin;
  };

  // Focus moves only if it would otherwise be lost: the person may be typing in the page around the frame.
  const holdsFocus = (...parts) => document.hasFocus() && parts.some((part) => part.contains(document.activeElement));

  const askAgain = (words) => {
    const held = holdsFocus(place, again);
    token = "";
    place.replaceChildren();
    again.hidden = true;
    ask.hidden = false;
    if (held) ask.querySelector("[data-sign-in]").focus();
    say(words);
    makeSecret();
  };

  const show = async (request, fromAsk = false) => {
    shown = request;
    const number = ++attempt;
    const { address, ...how } = request;
    say("sayLoading");
    place.setAttribute("aria-busy", "true");
    try {
      const headers = { Authorization: `Embed ${token}` };
      const answer = await fetch(address, { ...how, headers, credentials: "omit", cache: "no-store", redirect: "error" });
      const sent = await answer.text();
      if (number !== attempt) return;
      if (answer.status === 401) return askAgain("sayOver");
      // Anything else is an error page from the server or from a proxy in front of it.
      const part = new DOMParser().parseFromString(sent, "text/html").getElementById("embed-order");
      if (!part) throw new Error("no part of the frame");
      const held = fromAsk || holdsFocus(place, again);
      say("");
      again.hidden = true;
      place.replaceChildren(part);
      if (held) place.focus({ preventScroll: true });
    } catch {
      if (number !== attempt) return;
      say("sayLost");
      again.hidden = place.querySelector("[data-again]") !== null; // an order has a button of its own
    } finally {
      if (number === attempt) place.removeAttribute("aria-busy");
    }
  };

  // A single loop, however often the button is pressed; each press restarts the time.
  const waitForToken = async () => {
    waitUntil = performance.now() + waitFor;
    if (waiting) return;
    waiting = true;
    const { verifier } = secret;
    let answer = null;
    while (!answer?.ok && performance.now() < waitUntil) {
      await new Promise((done) => setTimeout(done, ASK_EVERY));
      answer = await fetch(body.dataset.token, {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ verifier }),
      }).catch(() => null);
    }
    waiting = false;
    if (!answer?.ok) return askAgain("sayLate");
    token = (await answer.json()).token;
    const held = holdsFocus(ask);
    ask.hidden = true;
    return show(shown, held);
  };

  const signIn = () => {
    const from = origin();
    if (!from) return say("sayNowhere");
    const query = new URLSearchParams({ c: secret.challenge, o: from });
    open(`${body.dataset.allow}?${query}`, "_blank", "popup,noopener,width=480,height=640");
    say("sayWaiting");
    waitForToken();
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-sign-in], [data-again], [data-order], a[href^='#']");
    if (!target) return;
    if (target.matches("a[href^='#']")) {
      event.preventDefault();
      document.getElementById(target.hash.slice(1))?.scrollIntoView();
    } else if (target.matches("[data-sign-in]")) {
      signIn();
    } else if (target.matches("[data-again]")) {
      show(shown);
    } else {
      event.preventDefault();
      show(byAddress(target.dataset.order));
    }
  });

  // Chatwoot sends the conversation in a message. Nothing signs it, so its text is only searched for, and never opened as a URL.
  const isListed = (from) => body.dataset.origins.split(" ").some((listed) => {
    const [start, end] = listed.split("*");
    return end === undefined ? from === listed : from.startsWith(start) && from.endsWith(end) && from.length > listed.length;
  });

  // Only a reference goes into a link: a single word, and not only digits, like a phone number.
  const isReference = (words) => /^#?[\d-]*[a-z][a-z\d-]*$/i.test(words);

  const follow = (sent, number) => {
    const reference = typeof sent === "string" && !sent.includes("@") && sent.length <= 200 ? sent.trim() : "";
    const before = orders.href;
    if (Number.isInteger(number)) orders.searchParams.set("ticket", `CW-${number}`);
    else orders.searchParams.delete("ticket");
    if (reference === text && orders.href === before) return;
    text = reference;
    const named = isReference(text);
    const link = new URL(text && !named ? body.dataset.notSent : body.dataset.search, location.href);
    if (named) link.searchParams.set("q", text);
    orders.searchParams.forEach((value, name) => link.searchParams.set(name, value));
    document.getElementById("whole").href = link.href;
    document.getElementById("value").textContent = named ? text : "";
    document.getElementById("named").hidden = !named;
    shown = byText(text);
    if (!token) return;
    place.replaceChildren(); // it belongs to another ticket
    show(shown);
  };

  if (body.dataset.host === "chatwoot") {
    addEventListener("message", ({ data, origin: from, source }) => {
      if (source !== parent || !isListed(from) || typeof data !== "string" || !data.startsWith("{")) return;
      let sent = null;
      try {
        sent = JSON.parse(data);
      } catch {
        return;
      }
      if (sent.event !== "appContext") return;
      const conversation = sent.data?.conversation;
      const { field } = body.dataset;
      follow(conversation?.custom_attributes?.[field] ?? sent.data?.contact?.custom_attributes?.[field], conversation?.id);
    });
    parent.postMessage("chatwoot-dashboard-app:fetch-info", origin() || "*");
  }

  makeSecret();
})();
