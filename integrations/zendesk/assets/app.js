// Frames the panel of cdpviewer with the reference of the ticket. The panel asks the person for consent itself.
(async () => {
  "use strict";

  const HEIGHT = "660px";
  const client = ZAFClient.init();
  const frame = document.getElementById("order");
  const line = document.getElementById("say");
  const { settings } = await client.metadata();
  const field = `ticket.customField:custom_field_${settings.field}`;
  let shown = "";

  const addressOf = (reference, number) => {
    const address = new URL("/embed/", settings.server);
    address.searchParams.set("q", reference);
    address.searchParams.set("ticket", `ZD-${number}`);
    if (settings.connection) address.searchParams.set("connection", settings.connection);
    return address;
  };

  const show = async () => {
    const found = await client.get(["ticket.id", field]);
    const reference = String(found[field] ?? "").trim();
    line.textContent = reference ? "" : "This ticket has no reference.";
    frame.hidden = !reference;
    if (!reference || reference === shown) return;
    shown = reference;
    frame.src = addressOf(reference, found["ticket.id"]).href;
  };

  client.on(`ticket.custom_field_${settings.field}.changed`, show);
  await client.invoke("resize", { width: "100%", height: HEIGHT });
  await show();
})();
