// Calendar files as ical.js reads them (Thunderbird and others are built on it). Input: a JSON list of texts.
// Output: for each text a list of [start, end] in Unix seconds, null where there is no time or it floats.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const seconds = (time) => (time && !time.isDate && time.zone !== ICAL.Timezone.localTimezone ? time.toUnixTime() : null);

const times = (text) =>
  new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((event) =>
    ["dtstart", "dtend"].map((name) => seconds(event.getFirstPropertyValue(name))));

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(times)));
