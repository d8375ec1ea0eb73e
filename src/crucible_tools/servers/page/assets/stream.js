// Server-sent events by fetch, which unlike EventSource hears every type and can post.

/** The events of a response, one after the other: `{name, data, id}`. */
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    waiting += value;
    for (let end = waiting.indexOf("\n\n"); end >= 0; end = waiting.indexOf("\n\n")) {
      const event = { name: "message", data: null, id: null };
      for (const line of waiting.slice(0, end).split("\n")) {
        if (line.startsWith("event: ")) event.name = line.slice(7);
        else if (line.startsWith("data: ")) event.data = JSON.parse(line.slice(6));
        else if (line.startsWith("id: ")) event.id = line.slice(4);
      }
      waiting = waiting.slice(end + 2);
      if (event.data !== null) yield event;
    }
  }
}

/**
 * Follows a stream, and comes again where it was left when the connection is lost.
 * `heard(event)` says whether it goes on; `told(words)` hears how it stands. Gives a function that ends it.
 */
export function follow(url, { after = null, heard, told }) {
  let stop = new AbortController();
  let last = after;
  let wait = 500;
  async function run() {
    const headers = { Accept: "text/event-stream" };
    if (last) headers["Last-Event-ID"] = last;
    const response = await fetch(url, { headers, signal: stop.signal });
    if (response.status === 401 || response.redirected) {
      told("signed out: load the page again");
      return false;
    }
    if (!response.ok) throw new Error(String(response.status));
    told("live");
    wait = 500;
    for await (const event of events(response)) {
      if (event.id) last = event.id;
      if (heard(event) === false) return false;
    }
    return true;
  }
  async function keep(signal) {
    while (!signal.aborted) {
      try {
        if (!(await run())) return;
      } catch {
        if (signal.aborted) return;
      }
      told("not connected, trying again");
      await new Promise((resolve) => setTimeout(resolve, wait));
      wait = Math.min(wait * 2, 15000);
    }
  }
  keep(stop.signal);
  return () => stop.abort();
}

/** Puts HTML that the server made into an element; what has the focus keeps it. */
export function put(element, html) {
  const focused = element.contains(document.activeElement) ? document.activeElement.id : "";
  const open = new Set([...element.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent));
  element.innerHTML = html;
  for (const summary of element.querySelectorAll("details > summary")) {
    if (open.has(summary.textContent)) summary.parentElement.open = true;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Starts and pauses something that is live, by its button. */
export function pausable(name, start) {
  const state = document.querySelector(`[data-state="${name}"]`);
  const button = document.querySelector(`[data-pause="${name}"]`);
  const told = (words) => {
    if (state && state.textContent !== words) state.textContent = words;
  };
  let end = start(told);
  if (!button) return told;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (end) {
      end();
      end = null;
      told("paused");
      button.textContent = "Go on";
    } else {
      end = start(told);
      button.textContent = "Pause";
    }
  });
  return told;
}
