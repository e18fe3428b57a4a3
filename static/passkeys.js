// Passkeys: the device's answer goes into the form.
(() => {
  "use strict";
  const forms = document.querySelectorAll("form[data-passkey]");
  const works = typeof PublicKeyCredential === "function" && typeof PublicKeyCredential.parseCreationOptionsFromJSON === "function";
  const ask = (form) => {
    const asked = JSON.parse(form.dataset.challenge).publicKey;
    return form.dataset.passkey === "create"
      ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
      : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
  };
  for (const form of forms) {
    const problem = form.querySelector("[data-passkey-problem]");
    if (!works) { problem.hidden = false; continue; }
    form.addEventListener("submit", async (event) => {
      if (form.elements.credential.value) return;
      event.preventDefault();
      problem.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify((await ask(form)).toJSON());
        form.submit();
      } catch { problem.hidden = false; }
    });
  }
})();
