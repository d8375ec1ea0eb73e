// New events above the old ones. What they tell is text, and never becomes anything else.
import { follow, pausable } from "./stream.js";

const MOST_ROWS = 500;
const body = document.getElementById("events");
let last = body.dataset.after;

/** As the server shows it: nothing that reorders the text around it, or is there and not seen. */
function visible(text) {
  return String(text).replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g, (found) => {
    const code = found.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function clipped(text, most) {
  const shown = visible(text);
  return shown.length > most ? `${shown.slice(0, most)}…` : shown;
}

function short(value) {
  if (typeof value === "string") return value;
  return typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(3))) : JSON.stringify(value);
}

/** `reason finished · seconds 0.0125`, as the server writes it. */
function pairs(facts) {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${short(value)}`)
    .join(" · ");
}

function cell(kind, label, inner, text, most) {
  const made = document.createElement(kind);
  if (label) made.dataset.label = label;
  const inside = inner ? made.appendChild(document.createElement(inner)) : made;
  inside.textContent = clipped(text, most);
  return made;
}

function row(event) {
  const made = document.createElement("tr");
  const number = cell("th", "", "", event.sequence, 20);
  number.scope = "row";
  number.className = "num";
  const at = cell("td", "At", "time", event.at.slice(0, 19).replace("T", " "), 40);
  at.firstChild.dateTime = event.at;
  const what = cell("td", "What", "code", pairs(event.data), 400);
  what.className = "data";
  made.append(number, at, cell("td", "Type", "code", event.type, 60), cell("td", "Of", "bdi", event.identifier, 128), what);
  made.classList.add("new");
  return made;
}

pausable("events", (told) =>
  follow(body.dataset.follow, {
    after: last,
    told,
    heard(event) {
      if (event.id) last = event.id;
      if (event.name === "lost" && event.data.up_to !== undefined) return true;
      body.prepend(row(event.data));
      while (body.rows.length > MOST_ROWS) body.lastElementChild.remove();
      document.getElementById("no-events")?.remove();
      return true;
    },
  }),
);
