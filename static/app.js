// What HTML cannot do alone: copying, shortcuts, focus after a swap, and saying what is being waited for.
(() => {
  "use strict";
  const say = (words) => {
    const live = document.getElementById("say");
    live.textContent = "";
    requestAnimationFrame(() => { live.textContent = words; });
  };
  const words = (name) => document.body.dataset[name] || "";

  // htmx notes the page's address in the session's storage, and an address from a ticket may hold a person's.
  try { sessionStorage.removeItem("htmx-current-path-for-history"); } catch { /* no storage, nothing kept */ }

  // --- copying
  const selectForHand = (source) => {
    if (!source) return;
    const details = source.closest("details");
    if (details) details.open = true;
    getSelection().selectAllChildren(source);
  };
  const byCommand = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "hidden-text";
    document.body.append(field);
    field.select();
    let done = false;
    try { done = document.execCommand("copy"); } catch { done = false; }
    field.remove();
    return done;
  };
  // What was copied, for those who listen: what the button says it is, a value itself, or the heading over a longer text.
  const nameOf = (button, source, text) => {
    const heading = document.getElementById(source?.closest("[aria-labelledby]")?.getAttribute("aria-labelledby"));
    return button.dataset.copied || (text.length > 100 && heading ? heading.textContent.trim() : text);
  };
  const copy = async (button) => {
    const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
    const text = button.dataset.copyLink ? new URL(button.dataset.copyLink, location.href).href
      : button.dataset.copyText || (source ? source.textContent.trim() : "");
    let done = false;
    try { await navigator.clipboard.writeText(text); done = true; } catch { done = byCommand(text); button.focus(); }
    if (!done) selectForHand(source);
    say(done ? `${words("sayCopied")}: ${nameOf(button, source, text)}` : words("sayNotCopied"));
    if (!done) return;
    const use = button.querySelector("use");
    if (!use || button.classList.contains("done")) return;
    const before = use.getAttribute("href");
    use.setAttribute("href", before.replace(/#.*/, "#check"));
    button.classList.add("done");
    setTimeout(() => { use.setAttribute("href", before); button.classList.remove("done"); }, 1600);
  };

  // --- a page that takes its time: the reference at once, then what is waited for
  const counted = (started) => `${words("sayWaiting")} ${Math.floor((performance.now() - started) / 1000)} s`;
  let ticking;
  const opening = (reference) => {
    const sheet = document.getElementById("opening");
    if (!sheet) return;
    const started = performance.now();
    clearInterval(ticking);
    ticking = setInterval(() => {
      if (performance.now() - started < 300) return;
      if (sheet.hidden) say(words("sayWaiting"));
      sheet.hidden = false;
      sheet.querySelector("[data-opening-reference]").textContent = reference.includes("@") ? "" : reference.slice(0, 40);
      sheet.querySelector("[data-opening-words]").textContent = counted(started);
    }, 100);
  };
  const opened = () => { clearInterval(ticking); const sheet = document.getElementById("opening"); if (sheet) sheet.hidden = true; };
  addEventListener("pageshow", opened);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-link], [data-copy-text]");
    if (button) return void copy(button);
    if (event.target.closest("[data-print]")) return void print();
    if (event.target.closest("[data-help]")) return void help();
    const link = event.target.closest("a[data-opens]");
    if (link && !event.defaultPrevented && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey)) opening(link.dataset.opens);
    for (const menu of document.querySelectorAll("details[data-closes][open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("submit", (event) => {
    const field = event.target.matches(".search, .search-big") && event.target.elements.q;
    if (field) opening(field.value.trim());
  });

  // --- keyboard
  const help = () => { const box = document.getElementById("help"); if (box && !box.open) box.showModal(); };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      opened();
      for (const menu of document.querySelectorAll("details[data-closes][open]")) { menu.open = false; menu.querySelector("summary").focus(); }
      return;
    }
    if (!("shortcuts" in document.body.dataset) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const act = {
      "/": () => { const field = document.getElementById("q"); if (field) { field.focus(); field.select(); } },
      c: () => document.querySelector("[data-copy-key=c]")?.click(),
      r: () => document.querySelector("[data-refresh]")?.click(),
      "?": help,
    }[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // --- a link whose value holds a # that the ticket system did not encode: the server never sees what follows
  const valueOfHash = () => {
    const [, value, parameters] = location.hash.slice(1).match(/^(.*?)(?:\/?[?&]((?:ticket|connection)=.*))?$/s);
    let text = value.replace(/\/$/, "");
    try { text = decodeURIComponent(text); } catch { /* a percent sign of its own: taken as it stands */ }
    return { text, parameters: new URLSearchParams(parameters) };
  };
  const takeHash = (form) => {
    const { text, parameters } = valueOfHash();
    const action = new URL(form.action);
    for (const [name, value] of parameters) if (!action.searchParams.has(name)) action.searchParams.set(name, value);
    form.action = action.href;
    if (!text) return;
    const field = form.elements.q;
    field.value = field.value ? `${field.value}#${text}` : text;
    // It may be personal, and an address stays in the history.
    history.replaceState(null, "", location.pathname + location.search);
    for (const note of document.querySelectorAll("[data-hash-unseen]")) note.remove();
    for (const note of document.querySelectorAll("[data-hash-taken]")) { note.hidden = false; say(note.textContent.trim()); }
    field.focus();
  };
  const lookAtHash = () => {
    if (location.hash.length < 2 || document.getElementById(location.hash.slice(1))) return;
    const form = document.querySelector("[data-takes-hash]");
    if (form) takeHash(form);
    for (const note of document.querySelectorAll("[data-hash-kept]")) note.hidden = false;
  };
  lookAtHash();
  addEventListener("hashchange", lookAtHash);

  // --- panels
  const waits = new WeakMap();
  const stop = (target) => {
    const wait = waits.get(target);
    if (!wait) return;
    clearInterval(wait.timer);
    wait.line.remove();
    target.removeAttribute("aria-busy");
    waits.delete(target);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const target = event.detail.target;
    stop(target);
    const line = document.createElement("p");
    line.className = "waiting";
    const started = performance.now();
    target.setAttribute("aria-busy", "true");
    // A long answer begins with a comment for each step: how many of how many came.
    const progress = () => event.detail.xhr.responseText.match(/^(?:<!-- \d+\/\d+ -->\s*)*<!-- (\d+)\/(\d+) -->/);
    const timer = setInterval(() => {
      if (performance.now() - started < 300) return;
      if (!line.isConnected) { target.append(line); say(words("sayWaiting")); }
      const steps = progress();
      line.textContent = counted(started) + (steps ? ` · ${words("sayOf").replace("@1", steps[1]).replace("@2", steps[2])}` : "");
    }, 100);
    waits.set(target, { line, timer });
  });
  document.addEventListener("htmx:afterRequest", (event) => stop(event.detail.target));
  document.addEventListener("htmx:sendError", (event) => {
    const line = document.createElement("p");
    line.className = "notice notice-serious";
    line.setAttribute("role", "alert");
    line.textContent = words("sayLost");
    event.detail.target.querySelector(":scope > [role=alert]")?.remove();
    event.detail.target.append(line);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    const wished = part.querySelector?.("[autofocus]") || (part.hasAttribute?.("tabindex") ? part : part.querySelector?.("[tabindex='-1']"));
    if (wished) wished.focus();
    if (part.dataset?.says) say(part.dataset.says);
  });

  // --- when the session is over, what the page showed goes, whether or not the server can be reached
  const over = document.getElementById("session-over");
  if (over) {
    const tabs = new BroadcastChannel("session");
    let used = Date.now();
    const clear = () => {
      const sheet = over.content.cloneNode(true);
      sheet.querySelector("a").href = location.href;
      clearInterval(ticking);
      document.title = over.dataset.title;
      document.body.replaceChildren(sheet);
      document.getElementById("main").focus();
    };
    const look = () => { if (over.isConnected && Date.now() - used >= over.dataset.idleSeconds * 1000) clear(); };
    // Whatever a tab asks of the server prolongs the session for all of them.
    const asked = () => { used = Date.now(); tabs.postMessage("asked"); };
    tabs.addEventListener("message", ({ data }) => {
      if (data === "asked") used = Date.now();
      else if (over.isConnected) clear();
    });
    document.addEventListener("submit", (event) => { if (event.target.matches("[data-signs-out]")) tabs.postMessage("signed out"); });
    document.addEventListener("htmx:afterRequest", asked);
    document.addEventListener("visibilitychange", look);
    setInterval(look, 10_000);
    asked();
  }

  // --- print: everything opened, and closed again after
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("main details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; closed = []; });

  // --- "next" in view, for a trip that is under way
  const next = document.querySelector("[data-next]");
  if (next && !location.hash && next.getBoundingClientRect().top > innerHeight * 2) next.scrollIntoView({ block: "center" });
})();
