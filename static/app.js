// Beyond HTML: copying, shortcuts, focus after a swap, and announcing that the page is waiting.
(() => {
  "use strict";

  const WAIT_BEFORE_SHOWING = 300;
  const REDRAW_EVERY = 100;
  const COPIED_FOR = 1600;
  const CHECK_SESSION_EVERY = 10_000;

  // htmx keeps the page's URL in session storage, and a URL from a ticket may contain personal data.
  try { sessionStorage.removeItem("htmx-current-path-for-history"); } catch { /* no storage, nothing kept there */ }

  // === Announcing: the live region, and the words that the page provides ===

  const phrase = (name) => document.body.dataset[name] || "";

  const announce = (text) => {
    const live = document.getElementById("say");
    live.textContent = "";
    requestAnimationFrame(() => { live.textContent = text; });
  };

  // === Copying ===

  const selectForManualCopy = (source) => {
    if (!source) return;
    const details = source.closest("details");
    if (details) details.open = true;
    getSelection().selectAllChildren(source);
  };

  const copyWithExecCommand = (text) => {
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

  // For mail programs, which keep the headings and line breaks.
  const htmlOf = (text) => {
    const page = document.createElement("div");
    for (const block of text.split("\n\n")) {
      const [heading, ...lines] = block.split("\n");
      const part = document.createElement("p");
      part.append(document.createElement("b"), ...lines.flatMap((line) => [document.createElement("br"), line]));
      part.firstChild.append(heading);
      page.append(part);
    }
    return new XMLSerializer().serializeToString(page);
  };

  const withHtml = (text) => {
    const kinds = { "text/plain": text, "text/html": htmlOf(text) };
    const blobs = Object.entries(kinds).map(([type, content]) => [type, new Blob([content], { type })]);
    return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
  };

  const writeToClipboard = async (text, button) => {
    try {
      await ("copyHtml" in button.dataset ? withHtml(text) : navigator.clipboard.writeText(text));
      return true;
    } catch {
      const done = copyWithExecCommand(text);
      button.focus();
      return done;
    }
  };

  const textToCopy = (button, source) => {
    if (button.dataset.copyLink) return new URL(button.dataset.copyLink, location.href).href;
    return button.dataset.copyText || (source ? source.textContent.trim() : "");
  };

  // For screen readers: the button's own word, the value itself, or the heading above a longer text.
  const nameOfCopy = (button, source, text) => {
    const heading = document.getElementById(source?.closest("[aria-labelledby]")?.getAttribute("aria-labelledby"));
    return button.dataset.copied || (text.length > 100 && heading ? heading.textContent.trim() : text);
  };

  const showCheckMark = (button) => {
    const use = button.querySelector("use");
    if (!use || button.classList.contains("copied")) return;
    const before = use.getAttribute("href");
    use.setAttribute("href", before.replace(/#.*/, "#check"));
    button.classList.add("copied");
    setTimeout(() => { use.setAttribute("href", before); button.classList.remove("copied"); }, COPIED_FOR);
  };

  const copy = async (button) => {
    const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
    const text = textToCopy(button, source);
    const done = await writeToClipboard(text, button);
    if (!done) selectForManualCopy(source);
    announce(done ? `${phrase("sayCopied")}: ${nameOfCopy(button, source, text)}` : phrase("sayNotCopied"));
    if (done) showCheckMark(button);
  };

  // === Opening a slow page: the reference, and the seconds waited so far ===

  const waitedSince = (started) => `${phrase("sayWaiting")} ${Math.floor((performance.now() - started) / 1000)} s`;

  let openingTimer;

  const showOpening = (reference) => {
    const sheet = document.getElementById("opening");
    if (!sheet) return;
    const started = performance.now();
    clearInterval(openingTimer);
    openingTimer = setInterval(() => {
      if (performance.now() - started < WAIT_BEFORE_SHOWING) return;
      if (sheet.hidden) announce(phrase("sayWaiting"));
      sheet.hidden = false;
      sheet.querySelector("[data-opening-reference]").textContent = reference.includes("@") ? "" : reference.slice(0, 40);
      sheet.querySelector("[data-opening-words]").textContent = waitedSince(started);
    }, REDRAW_EVERY);
  };

  const hideOpening = () => {
    clearInterval(openingTimer);
    const sheet = document.getElementById("opening");
    if (sheet) sheet.hidden = true;
  };

  addEventListener("pageshow", hideOpening);

  document.addEventListener("submit", (event) => {
    const field = event.target.matches(".search, .search-big") && event.target.elements.q;
    if (field) showOpening(field.value.trim());
  });

  // === Menus and help ===

  const openMenus = () => document.querySelectorAll("details[data-closes][open]");

  const closeMenusOutside = (element) => {
    for (const menu of openMenus()) if (!menu.contains(element)) menu.open = false;
  };

  const closeMenusAndFocus = () => {
    for (const menu of openMenus()) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  };

  const showHelp = () => {
    const box = document.getElementById("help");
    if (box && !box.open) box.showModal();
  };

  // === A button that leads to a panel: loads it once, then only scrolls to it ===

  const goToLoaded = (event) => {
    const link = event.target.closest("[data-goes-to]");
    const panel = link && document.getElementById(link.dataset.goesTo);
    if (!panel) return;
    panel.scrollIntoView({ block: "start" });
    if (!panel.matches(".panel")) return;
    event.preventDefault();
    event.stopPropagation();
    panel.focus();
  };

  // Runs before htmx, which listens on the link itself.
  document.addEventListener("click", goToLoaded, true);

  // === Clicks ===

  const opensHere = (event) =>
    !event.defaultPrevented && event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-link], [data-copy-text]");
    if (button) return void copy(button);
    if (event.target.closest("[data-print-all]")) return void printEverything();
    if (event.target.closest("[data-print]")) return void print();
    if (event.target.closest("[data-slim-contacts]")) return void clickFirst("[data-goes-to]")();
    if (event.target.closest("[data-help]")) return void showHelp();
    const eye = event.target.closest("[data-shows]");
    if (eye) return void showSecret(eye, eye.getAttribute("aria-pressed") === "false");
    const link = event.target.closest("a[data-opens]");
    if (link && opensHere(event)) showOpening(link.dataset.opens);
    closeMenusOutside(event.target);
  });

  // === Passwords and keys: shown while they are typed, and hidden again before they are sent ===

  const showSecret = (button, shown) => {
    document.getElementById(button.dataset.shows).type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };

  document.addEventListener("submit", ({ target }) => {
    for (const button of target.querySelectorAll("[data-shows]")) showSecret(button, false);
  });

  // === The browser's time zone, offered to people who have not chosen one ===

  const offerZone = (form) => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || /^(Etc\/)?(UTC|GMT|Greenwich|UCT|Zulu|Universal)$/.test(zone)) return;
    form.querySelector("[data-zone]").value = zone;
    for (const name of form.querySelectorAll("[data-zone-name]")) name.textContent = zone.replaceAll("_", " ");
    form.hidden = false;
  };

  document.querySelectorAll("[data-offers-zone]").forEach(offerZone);

  // === Keyboard shortcuts ===

  const focusSearch = () => {
    const field = document.getElementById("q");
    if (!field) return;
    field.focus();
    field.select();
  };

  const clickFirst = (selector) => () => document.querySelector(selector)?.click();

  let alertsShown = 0;

  const goToNextAlert = () => {
    const alerts = document.querySelectorAll("[data-alert]");
    if (alerts.length) alerts[alertsShown++ % alerts.length].click();
  };

  const SHORTCUTS = new Map([
    ["/", focusSearch],
    ["c", clickFirst("[data-copy-key=c]")],
    ["r", clickFirst("[data-refresh]")],
    ["p", clickFirst("[data-goes-to]")],
    ["i", clickFirst("[data-copy-key=i]")],
    ["n", goToNextAlert],
    ["?", showHelp],
  ]);

  const takesShortcuts = (event) =>
    "shortcuts" in document.body.dataset && !event.defaultPrevented && !(event.ctrlKey || event.metaKey || event.altKey) &&
    !event.target.closest("input, textarea, select, [contenteditable], dialog[open]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      hideOpening();
      closeMenusAndFocus();
      return;
    }
    const act = takesShortcuts(event) && SHORTCUTS.get(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  });

  // === A link with a # that the ticket system did not encode: the server never gets what follows it ===

  const readHash = () => {
    const [, value, parameters] = location.hash.slice(1).match(/^(.*?)(?:\/?[?&]((?:ticket|connection)=.*))?$/s);
    let text = value.replace(/\/$/, "");
    try { text = decodeURIComponent(text); } catch { /* a literal percent sign: used as it is */ }
    return { text, parameters: new URLSearchParams(parameters) };
  };

  const addParameters = (form, parameters) => {
    const action = new URL(form.action);
    for (const [name, value] of parameters) if (!action.searchParams.has(name)) action.searchParams.set(name, value);
    form.action = action.href;
  };

  // The hash may be personal, and URLs stay in the history.
  const removeHashFromUrl = () => history.replaceState(null, "", location.pathname + location.search);

  const showHashNotes = () => {
    for (const note of document.querySelectorAll("[data-hash-unseen]")) note.remove();
    for (const note of document.querySelectorAll("[data-hash-taken]")) {
      note.hidden = false;
      announce(note.textContent.trim());
    }
  };

  const moveHashIntoSearch = (form) => {
    const { text, parameters } = readHash();
    addParameters(form, parameters);
    if (!text) return;
    const field = form.elements.q;
    field.value = field.value ? `${field.value}#${text}` : text;
    removeHashFromUrl();
    showHashNotes();
    field.focus();
  };

  const handleHash = () => {
    if (location.hash.length < 2 || document.getElementById(location.hash.slice(1))) return;
    const form = document.querySelector("[data-takes-hash]");
    if (form) moveHashIntoSearch(form);
    for (const note of document.querySelectorAll("[data-hash-kept]")) note.hidden = false;
  };

  handleHash();
  addEventListener("hashchange", handleHash);

  // === Panels: a line while one loads, then its focus and its announcement ===

  const loading = new WeakMap();

  // A slow response begins with a comment for each step: how many of how many answers have arrived.
  const progressOf = (xhr) => {
    const steps = xhr.responseText.match(/^(?:<!-- \d+\/\d+ -->\s*)*<!-- (\d+)\/(\d+) -->/);
    return steps ? ` · ${phrase("sayOf").replace("@1", steps[1]).replace("@2", steps[2])}` : "";
  };

  const hideLoading = (target) => {
    const shown = loading.get(target);
    if (!shown) return;
    clearInterval(shown.timer);
    shown.line.remove();
    target.removeAttribute("aria-busy");
    loading.delete(target);
  };

  const showLoading = (target, xhr) => {
    hideLoading(target);
    const line = document.createElement("p");
    line.className = "waiting";
    const started = performance.now();
    target.setAttribute("aria-busy", "true");
    const timer = setInterval(() => {
      if (performance.now() - started < WAIT_BEFORE_SHOWING) return;
      if (!line.isConnected) {
        target.append(line);
        announce(phrase("sayWaiting"));
      }
      line.textContent = waitedSince(started) + progressOf(xhr);
    }, REDRAW_EVERY);
    loading.set(target, { line, timer });
  };

  const showLostConnection = (target) => {
    const line = document.createElement("p");
    line.className = "notice notice-serious";
    line.setAttribute("role", "alert");
    line.textContent = phrase("sayLost");
    target.querySelector(":scope > [role=alert]")?.remove();
    target.append(line);
  };

  const focusPanel = (part) => {
    const wished = part.querySelector?.("[autofocus]") ||
      (part.hasAttribute?.("tabindex") ? part : part.querySelector?.("[tabindex='-1']"));
    if (wished) wished.focus();
    if (part.dataset?.says) announce(part.dataset.says);
  };

  document.addEventListener("htmx:beforeRequest", ({ detail }) => showLoading(detail.target, detail.xhr));
  document.addEventListener("htmx:afterRequest", ({ detail }) => hideLoading(detail.target));
  document.addEventListener("htmx:sendError", ({ detail }) => showLostConnection(detail.target));

  // === People: a filter over a long list, and one card for a contact who also travels ===

  document.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-filters]")) return;
    const rows = [...document.querySelectorAll(`#${target.dataset.filters} .persons > li:has(h4)`)];
    const text = target.value.trim().toLowerCase();
    // Only names and values, not the words on buttons.
    const has = (row) => [...row.querySelectorAll("h4, dd")].some((part) => part.textContent.toLowerCase().includes(text));
    for (const row of rows) row.hidden = !has(row);
    const count = target.nextElementSibling;
    count.value = text && count.dataset.of.replace("@1", rows.filter((row) => !row.hidden).length).replace("@2", rows.length);
  });

  const isSamePerson = (one, other) => one.dataset.guest === other.dataset.guest &&
    one.querySelector("h4").textContent === other.querySelector("h4").textContent;

  const hide = (part) => part?.toggleAttribute("hidden", true);

  const mergePeople = () => {
    const contacts = [...document.querySelectorAll("#order-contacts .persons > li > .person[data-guest]")];
    // htmx has not processed a panel that is still settling.
    const settled = "#order-travellers:not(.htmx-settling)";
    for (const traveller of document.querySelectorAll(`${settled} .persons > li > .person[data-guest]`)) {
      const contact = contacts.find((card) => isSamePerson(card, traveller));
      if (!contact) continue;
      const values = new Set([...contact.querySelectorAll("dd")].map((value) => value.textContent));
      for (const value of traveller.querySelectorAll("dd")) if (values.has(value.textContent)) hide(value.parentElement);
      const hides = (card) => card.querySelector(".hidden-fields")?.textContent;
      if (hides(traveller) === hides(contact)) hide(traveller.querySelector(".hidden-fields"));
      hide(traveller.querySelector("a[data-hx-get]")?.closest(".button-row"));
      hide(traveller.parentElement);
      (contact.querySelector(":scope > .person-more") || contact).append(traveller);
      document.querySelector("[data-merged]").hidden = false;
    }
  };

  // Swapping the contact's card would remove the traveller too.
  const separatePeople = ({ detail }) => {
    if (!detail.target.closest("#order-contacts, #order-travellers")) return;
    for (const traveller of document.querySelectorAll(".person .person")) {
      const row = document.querySelector("#order-travellers .persons > li:not(:has(h4))");
      row.append(traveller);
      for (const part of [row, ...row.querySelectorAll("[hidden]")]) part.hidden = false;
    }
  };

  document.addEventListener("htmx:beforeSwap", separatePeople);
  document.addEventListener("htmx:afterSettle", mergePeople);
  document.addEventListener("htmx:afterSettle", ({ detail }) => focusPanel(detail.elt));

  // === The end of a session: the content of the page is removed, whether or not the server can be reached ===

  const watchSession = (over) => {
    const tabs = new BroadcastChannel("session");
    let used = Date.now();

    const clearPage = () => {
      const sheet = over.content.cloneNode(true);
      sheet.querySelector("a").href = location.href;
      clearInterval(openingTimer);
      document.title = over.dataset.title;
      document.body.replaceChildren(sheet);
      document.getElementById("main").focus();
    };

    const clearIfIdle = () => {
      if (over.isConnected && Date.now() - used >= over.dataset.idleSeconds * 1000) clearPage();
    };

    // A request from any tab extends the session for all.
    const noteRequest = () => {
      used = Date.now();
      tabs.postMessage("asked");
    };

    tabs.addEventListener("message", ({ data }) => {
      if (data === "asked") used = Date.now();
      else if (over.isConnected) clearPage();
    });
    document.addEventListener("submit", (event) => {
      if (event.target.matches("[data-signs-out]")) tabs.postMessage("signed out");
    });
    document.addEventListener("htmx:afterRequest", noteRequest);
    document.addEventListener("visibilitychange", clearIfIdle);
    setInterval(clearIfIdle, CHECK_SESSION_EVERY);
    noteRequest();
  };

  const sessionOver = document.getElementById("session-over");
  if (sessionOver) watchSession(sessionOver);

  // === The window in which a frame was allowed ===

  if (document.querySelector("[data-close-window]")) close();

  // === Printing: what is open on the screen, or, with a separate button, everything; details are closed again afterwards ===

  const printEverything = () => {
    const opened = [...document.querySelectorAll("main details:not([open])")];
    for (const details of opened) details.open = true;
    addEventListener("afterprint", () => { for (const details of opened) details.open = false; }, { once: true });
    print();
  };

  // === The target of a link: details around it open. The slim row: shown once the header has scrolled away ===

  const openTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    let fold = target?.querySelector(":scope > .fold") || target?.closest("details");
    for (; fold; fold = fold.parentElement.closest("details")) fold.open = true;
    if (target?.closest("details")) target.scrollIntoView();
  };

  openTarget();
  addEventListener("hashchange", openTarget);

  const slim = document.querySelector(".slim");
  if (slim) new IntersectionObserver(([header]) => { slim.hidden = header.isIntersecting; }, { rootMargin: "-56px 0px 0px" })
    .observe(document.querySelector(".ticket"));

  // === The next flight, scrolled into view during a trip ===

  const showNextFlight = () => {
    const next = document.querySelector("[data-next]");
    if (next && !location.hash && next.getBoundingClientRect().top > innerHeight * 2) next.scrollIntoView({ block: "center" });
  };

  showNextFlight();
})();
