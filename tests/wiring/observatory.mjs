// Grades one address as the MDN HTTP Observatory does, on ports of one's own: node observatory.mjs HOST HTTP HTTPS PATH
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ALL_TESTS } from "@mdn/mdn-http-observatory/src/constants.js";
import { MINIMUM_SCORE_FOR_EXTRA_CREDIT } from "@mdn/mdn-http-observatory/src/grader/charts.js";
import { getGradeForScore, getScoreModifier } from "@mdn/mdn-http-observatory/src/grader/grader.js";
import { retrieve } from "@mdn/mdn-http-observatory/src/retriever/retriever.js";

// The browsers' list of preloaded hosts is downloaded at installation, which is switched off here. An empty one is right: no host
// of a test is on it, and no points are given for being there.
const preloaded = fileURLToPath(new URL("../../conf/hsts-preload.json", import.meta.resolve("@mdn/mdn-http-observatory/src/analyzer/hsts.js")));
if (!existsSync(preloaded)) {
  mkdirSync(dirname(preloaded), { recursive: true });
  writeFileSync(preloaded, "{}");
}

const [host, httpPort, httpsPort, path] = process.argv.slice(2);
const retrieved = await retrieve(host, { httpPort, httpsPort, path });
const results = ALL_TESTS.map((test) => test(retrieved)).filter((one) => one.result);
const modifiers = results.map((one) => getScoreModifier(one.result));
const strict = 100 + modifiers.filter((one) => one < 0).reduce((sum, one) => sum + one, 0);
const whole = 100 + modifiers.reduce((sum, one) => sum + one, 0);
const { grade, score } = getGradeForScore(strict >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? whole : strict);
console.log(
  JSON.stringify({
    grade,
    score,
    status: retrieved.responses.auto?.status,
    failed: results.filter((one) => !one.pass).map((one) => one.result),
    passed: results.filter((one) => one.pass).map((one) => one.result),
  }),
);
