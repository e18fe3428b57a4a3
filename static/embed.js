// The frame beside the ticket. The token stays in this closure: no cookie, no storage, and it ends with the frame.
(() => {
  "use strict";

  const ASK_EVERY = 1000;
  const ASK_FOR = 120_000;
  const { body } = document;
  const ask = document.getElementById("ask");
  const place = document.getElementById("order");
  const line = document.getElementById("say");
  const here = new URLSearchParams(location.search);
  let token = "";
  let secret = null;
  let shown = here.get("q") || "";
  let attempt = 0;

  const say = (name) => {
    line.textContent = name ? body.dataset[name] : "";
  };

  const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  // Made before the click: a browser opens a window only while it handles one.
  const makeSecret = async () => {
    const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    secret = { verifier, challenge: base64url(new Uint8Array(hash)) };
  };

  // The page that the person sees in the address bar, or the one around the frame where the browser names no other.
  const origin = () => {
    const around = location.ancestorOrigins ? [...location.ancestorOrigins].at(-1) : undefined;
    if (around && around !== "null") return around;
    return document.referrer ? new URL(document.referrer).origin : body.dataset.onlyOrigin;
  };

  const askAgain = (words) => {
    token = "";
    place.replaceChildren();
    ask.hidden = false;
    say(words);
    makeSecret();
  };

  const addressOf = (text) => {
    const query = new URLSearchParams({ q: text });
    for (const name of ["ticket", "connection"]) if (here.get(name)) query.set(name, here.get(name));
    return `${body.dataset.orders}?${query}`;
  };

  const show = async (text) => {
    shown = text;
    const number = ++attempt;
    say("sayLoading");
    place.setAttribute("aria-busy", "true");
    try {
      const headers = { Authorization: `Embed ${token}` };
      const answer = await fetch(addressOf(text), { headers, credentials: "omit", cache: "no-store", redirect: "error" });
      const part = await answer.text();
      if (number !== attempt) return;
      if (answer.status === 401) return askAgain("sayOver");
      say("");
      place.innerHTML = part;
      place.focus({ preventScroll: true });
    } catch {
      if (number === attempt) say("sayLost");
    } finally {
      place.removeAttribute("aria-busy");
    }
  };

  const waitForToken = async (verifier) => {
    const until = performance.now() + ASK_FOR;
    while (performance.now() < until) {
      await new Promise((done) => setTimeout(done, ASK_EVERY));
      if (secret.verifier !== verifier) return;
      const answer = await fetch(body.dataset.token, {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ verifier }),
      }).catch(() => null);
      if (answer?.ok) {
        token = (await answer.json()).token;
        ask.hidden = true;
        return show(shown);
      }
    }
    askAgain("sayLate");
  };

  const signIn = () => {
    const from = origin();
    if (!from) return say("sayNowhere");
    const query = new URLSearchParams({ c: secret.challenge, o: from });
    open(`${body.dataset.allow}?${query}`, "_blank", "popup,noopener,width=480,height=640");
    say("sayWaiting");
    waitForToken(secret.verifier);
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
      show(target.dataset.order);
    }
  });

  // Chatwoot names the conversation in a message. Nothing signs it, so it is a text to search for, and never an address of a person.
  const isListed = (from) => body.dataset.origins.split(" ").some((listed) => {
    const [start, end] = listed.split("*");
    return end === undefined ? from === listed : from.startsWith(start) && from.endsWith(end) && from.length > listed.length;
  });

  const follow = (text, number) => {
    if (typeof text !== "string" || text.includes("@") || text.length > 200) return;
    const query = new URLSearchParams({ q: text });
    if (Number.isInteger(number)) here.set("ticket", `CW-${number}`);
    if (here.get("ticket")) query.set("ticket", here.get("ticket"));
    const whole = document.getElementById("whole");
    whole.href = `${whole.pathname}?${query}`;
    document.getElementById("value").textContent = text;
    document.getElementById("named").hidden = !text;
    shown = text;
    if (token) show(text);
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
