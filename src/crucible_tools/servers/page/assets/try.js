// Calls a tool without leaving its page: the log comes as it is written, and the call can be stopped.
import { events, put } from "./stream.js";

const form = document.getElementById("form");
const outcome = document.getElementById("outcome");
let running = null;

function begun(sent) {
  for (const button of form.querySelectorAll("button.primary")) button.disabled = true;
  sent.querySelector("[data-stop]").hidden = false;
  outcome.replaceChildren();
  outcome.setAttribute("aria-busy", "true");
}

function ended() {
  running = null;
  for (const button of form.querySelectorAll("button.primary")) button.disabled = false;
  for (const button of form.querySelectorAll("[data-stop]")) button.hidden = true;
  outcome.removeAttribute("aria-busy");
}

function say(words) {
  const told = document.createElement("p");
  told.className = "empty";
  told.textContent = words;
  outcome.replaceChildren(told);
}

async function call(sent) {
  running = new AbortController();
  const body = new URLSearchParams(new FormData(sent));
  begun(sent);
  try {
    const headers = { Accept: "text/event-stream" };
    const response = await fetch(sent.action, { method: "POST", body, headers, signal: running.signal });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      say(`Not called: ${problem.detail ?? response.status}`);
      return;
    }
    for await (const event of events(response)) {
      if (event.name === "outcome") put(outcome, event.data.html);
      if (event.name === "form" && (event.data.wrong || form.querySelector("[aria-invalid], #problems"))) {
        put(form, event.data.html);
        form.querySelector("[aria-invalid]")?.focus();
      }
    }
  } catch (error) {
    say(error.name === "AbortError" ? "Stopped." : "The server can't be reached.");
  } finally {
    ended();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!running) call(event.target);
});
form.addEventListener("click", (event) => {
  if (event.target.matches("[data-stop]")) running?.abort();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
});
