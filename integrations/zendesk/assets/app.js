// Frames the panel of cdpviewer with the reference of the ticket. The panel asks the person for consent itself.
(async () => {
  "use strict";

  const HEIGHT = "720px";
  const PAUSE = 800; // milliseconds without a key: Zendesk reports a change at every key
  const frame = document.getElementById("order");
  const line = document.getElementById("say");
  const help = document.getElementById("help");
  const ADMINISTRATOR = "A Zendesk administrator must correct it in the settings of this app.";
  const WRONG_SERVER = `The setting “Server” is not an address such as https://orders.example.com. ${ADMINISTRATOR}`;
  const WRONG_FIELD = `The setting “Field” is not the number of a ticket field, such as 360001234567. ${ADMINISTRATOR}`;
  const sent = new URLSearchParams(location.search); // added by Zendesk
  const theme = ["light", "dark"].find((name) => name === sent.get("colorScheme"));
  let shown = "";
  let attempt = 0;
  let pause = 0;

  const say = (words) => {
    line.textContent = words;
    frame.hidden = help.hidden = true;
  };

  // A frame of another colour scheme than the page around it gets a background of its own.
  if (theme) document.documentElement.style.colorScheme = theme;

  const client = globalThis.ZAFClient?.init();
  if (!client) return say("This app works inside Zendesk only. If this is Zendesk, load the page again.");
  client.invoke("resize", { width: "100%", height: HEIGHT });
  const { settings } = await client.metadata();

  let server = null;
  try {
    server = new URL(String(settings.server).trim());
  } catch {
    return say(WRONG_SERVER);
  }
  if (server.protocol !== "https:") return say(WRONG_SERVER);
  const number = String(settings.field ?? "").trim().replace(/^custom_field_/, "");
  if (!/^[0-9]+$/.test(number)) return say(WRONG_FIELD);
  const field = `ticket.customField:custom_field_${number}`;

  const addressOf = (path, reference, ticket) => {
    const address = new URL(path, server);
    address.searchParams.set("q", reference);
    address.searchParams.set("ticket", `ZD-${ticket}`);
    if (settings.connection) address.searchParams.set("connection", settings.connection);
    return address.href;
  };

  const show = async () => {
    const mine = ++attempt;
    const answer = await client.get(["ticket.id", field]).catch(() => null);
    if (mine !== attempt) return;
    if (!answer) return say("Zendesk did not answer. Load the page again.");
    // Zendesk puts what it could not read into `errors`, and answers all the same.
    if (answer.errors?.[field]) {
      return say(
        `This ticket has no field ${number}. A Zendesk administrator must correct “Field” in the settings of this app, ` +
          "or add the field to the form of this ticket.",
      );
    }
    const reference = String(answer[field] ?? "").trim();
    if (!reference) return say("This ticket has no reference.");
    line.textContent = "";
    frame.hidden = help.hidden = false;
    if (reference === shown) return;
    shown = reference;
    const panel = new URL(addressOf("/embed/", reference, answer["ticket.id"]));
    if (theme) panel.searchParams.set("theme", theme);
    frame.src = panel.href;
    document.getElementById("whole").href = addressOf("/orders/", reference, answer["ticket.id"]);
  };

  // The page of an app has the address of Zendesk in its own. A browser does not report that the server refused to be framed.
  const around = sent.get("origin");
  document.getElementById("listed").textContent = [location.origin, around].filter(Boolean).join(",");
  document.getElementById("server").textContent = server.host;

  client.on(`ticket.custom_field_${number}.changed`, () => {
    ++attempt;
    say("");
    clearTimeout(pause);
    pause = setTimeout(show, PAUSE);
  });
  await show();
})();
