// A company's OpenID Connect provider on loopback, made of oidc-provider: sign in as anybody, with the groups that the test gave them.
// Arguments: port, redirect URIs… On standard input, one JSON object per line: {"people": {name: claims}}, {"hang": path | ""}, {"drip": path | ""}, {"crawl": path | ""}, {"spoil": [path, how]}, {"instead": {path: body}} or {"host": of its addresses}.
import http from "node:http";
import readline from "node:readline";
import { Provider } from "oidc-provider";

const [port, ...redirects] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
let people = {};
let hang = "";
let drip = "";
let crawl = "";
let [spoil, how] = ["", ""];
let instead = {};
let host = "";

const provider = new Provider(issuer, {
  clients: [{
    client_id: "cdpviewer", client_secret: "a secret of the tests", redirect_uris: redirects,
    grant_types: ["authorization_code"], response_types: ["code"], token_endpoint_auth_method: "client_secret_post",
  }],
  pkce: { required: () => true },
  cookies: { keys: ["only for tests"] },
  claims: { openid: ["sub"], profile: ["preferred_username", "groups", "name", "email", "picture", "hasgroups"] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...(people[id] ?? {}) }) }),
  loadExistingGrant: async (context) => {
    const { client, session } = context.oidc;
    const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile");
    await grant.save();
    return grant;
  },
});

const answer = provider.callback();
const server = http.createServer((request, response) => {
  if (hang && request.url.startsWith(hang)) return; // says nothing, for ever
  if (drip && request.url.startsWith(drip)) { // a byte now and then, for ever
    response.writeHead(200, { "Content-Type": "application/json" });
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
    return;
  }
  if (spoil && request.url.startsWith(spoil)) { // the beginning of an answer: then nothing, the end of the connection, or no gzip at all
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 100, ...(how === "gzip" && { "Content-Encoding": "gzip" }) });
    response.write(how === "gzip" ? "x".repeat(100) : "{");
    if (how === "breaks") setTimeout(() => request.socket.destroy(), 50);
    return;
  }
  if (crawl && request.url.startsWith(crawl)) { // the same within a header
    request.socket.write("HTTP/1.1 200 OK\r\nX-Long: ");
    const timer = setInterval(() => request.socket.write("x"), 50);
    request.socket.on("close", () => clearInterval(timer));
    return;
  }
  const body = Object.entries(instead).find(([path]) => request.url.startsWith(path))?.[1];
  if (body !== undefined) {
    response.writeHead(200, { "Content-Type": "application/json" }).end(body);
    return;
  }
  if (host && request.url.startsWith("/.well-known/")) request.headers.host = host; // which its addresses have then
  answer(request, response);
});
server.listen(Number(port), "127.0.0.1", () => console.log("ready"));
readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const told = JSON.parse(line);
  people = told.people ?? people;
  hang = told.hang ?? hang;
  drip = told.drip ?? drip;
  crawl = told.crawl ?? crawl;
  [spoil, how] = told.spoil ?? [spoil, how];
  instead = told.instead ?? instead;
  host = told.host ?? host;
  console.log("done");
}).on("close", () => process.exit(0));
